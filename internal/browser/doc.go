// Package browser tests the pages in a real browser: examples/lender, started as a process of its own, in Debian's Chromium. It is a
// module of its own so that nobody who uses Fairlead gets a browser driver.
//
//	./axe.sh                                     # once: fetches axe-core into axe/, which is not committed
//	FAIRLEAD_BROWSER=required go test ./...      # without the variable the tests are skipped where there is no chromium
//	go test -run TestScreenshots -screenshots ../../docs/screenshots
package browser
