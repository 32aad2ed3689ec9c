module github.com/fairlead-go/fairlead/internal/bench

go 1.26.0

require (
	github.com/fairlead-go/fairlead v0.0.0
	github.com/mingrammer/commonregex v1.0.1
	mvdan.cc/xurls/v2 v2.6.0
)

replace github.com/fairlead-go/fairlead => ../..
