package oversight

import (
	linked "container/list"
	"iter"

	"github.com/google/uuid"
)

// ordered keeps values by ID in the order in which they came. The zero value is empty.
type ordered[T any] struct {
	order linked.List // of numbered[T]
	byID  map[uuid.UUID]*linked.Element
}

type numbered[T any] struct {
	id uuid.UUID
	v  T
}

func (o *ordered[T]) len() int { return len(o.byID) }

func (o *ordered[T]) add(id uuid.UUID, v T) {
	if o.byID == nil {
		o.byID = map[uuid.UUID]*linked.Element{}
	}
	o.byID[id] = o.order.PushBack(numbered[T]{id, v})
}

// get is the value of an ID; the zero value if there is none.
func (o *ordered[T]) get(id uuid.UUID) (v T) {
	if el := o.byID[id]; el != nil {
		v = el.Value.(numbered[T]).v //nolint:forcetypeassert // nothing else is in it
	}
	return v
}

// all gives the values, the oldest first. What is given may be removed meanwhile.
func (o *ordered[T]) all() iter.Seq2[uuid.UUID, T] {
	return func(yield func(uuid.UUID, T) bool) {
		for el := o.order.Front(); el != nil; {
			n := el.Value.(numbered[T]) //nolint:forcetypeassert // nothing else is in it
			el = el.Next()
			if !yield(n.id, n.v) {
				return
			}
		}
	}
}

func (o *ordered[T]) remove(id uuid.UUID) {
	el := o.byID[id]
	if el == nil {
		return
	}
	o.order.Remove(el)
	if delete(o.byID, id); len(o.byID) == 0 {
		o.byID = nil // a map that has been large stays so
	}
}
