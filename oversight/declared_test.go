package oversight

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

type maker struct{ n int }

func (m *maker) method() int { return m.n }

// literal makes functions in one place.
func (m *maker) literal() func() int { return func() int { return m.n } }

func generic[T any](t T) T { return t }

func TestDeclaredNames(t *testing.T) {
	const here = "github.com/fairlead-go/fairlead/oversight."
	m := &maker{}
	assert.Equal(t, here+"always", declared(always))
	assert.Equal(t, here+"(*maker).method", declared(m.method))
	var inLoop func()
	for range 1 {
		inLoop = func() { func() { m.n++ }() }
	}
	for _, fn := range []any{m.literal(), inLoop, generic[int], nil, 7, (func())(nil)} {
		assert.Empty(t, declared(fn))
	}
	one := m.literal()
	assert.Equal(t, closureOf(one), closureOf(one))
	assert.NotEqual(t, closureOf(one), closureOf(m.literal()))
	assert.Equal(t, closureOf(always), closureOf(always))
}
