package credit_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/examples/credit"
)

func TestBuiltinIsWhatItsReadmeSays(t *testing.T) {
	all, err := credit.Builtin()
	require.NoError(t, err)
	require.Len(t, all, 1000)
	var young, youngRepaid, women, womenRepaid int
	for i, a := range all {
		assert.Equal(t, i+1, a.Row)
		if a.Age <= 25 {
			young++
			if a.Repaid {
				youngRepaid++
			}
		}
		if a.Sex == "female" {
			women++
			if a.Repaid {
				womenRepaid++
			}
		}
	}
	assert.Equal(t, []int{190, 110, 310, 201}, []int{young, youngRepaid, women, womenRepaid})
}

func TestABrokenFileSaysWhere(t *testing.T) {
	all, err := credit.Read(strings.NewReader(""))
	require.ErrorContains(t, err, "empty")
	assert.Empty(t, all)
	const header = "id,months,amount,installment_rate,age,sex,checking,savings,history,employment,property,housing,outcome\n"
	for broken, says := range map[string]string{
		header: "no rows",
		header + "1,6,much,4,67,male,a,b,c,d,e,f,good\n": `line 2: column "amount": "much" is not a whole number`,
		header + "1,6,9,4,67,other,a,b,c,d,e,f,good\n":   `column "sex"`,
		header + "1,6\n":   "wrong number of fields",
		"id,months\n1,6\n": `column "amount" is missing`,
		header + "1,6,9,4,67,male,a,b,c,d,e,f,\"good\n": "broken CSV",
	} {
		_, err := credit.Read(strings.NewReader(broken))
		require.ErrorContains(t, err, says)
	}
}
