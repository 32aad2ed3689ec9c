package tcf_test

import (
	"fmt"

	"github.com/fairlead-go/fairlead/consent/tcf"
)

func ExampleParse() {
	s, err := tcf.Parse("CQuIxQAQuIxQAFfuMkENB4FwANogAADAAIYgAAAAAAAAAAAA.IAAAAA")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Language, s.Publisher, "purpose 1:", s.Purposes.Has(1), "purpose 3:", s.Purposes.Has(3))
	fmt.Println("meets 2.3:", s.Conforms() == nil)

	_, err = tcf.Parse("not a consent string")
	fmt.Println(err)
	// Output:
	// EN DE purpose 1: true purpose 3: false
	// meets 2.3: true
	// tcf: not a valid consent string: core segment, bit 6: the version is not 2
}
