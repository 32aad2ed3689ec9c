// Command pii measures pii.Scanner beside what a Go program would use in its
// place: six regular expressions, and the libraries that find the most kinds.
// All run in turn on the same text in one process; a rate is the best of the
// rounds, by CPU time, so that a busy machine changes it little.
//
//	go run ./pii            support chats, with and without personal data
//	go run ./pii -hostile   texts made to be slow, ours alone
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"syscall"
	"time"

	"github.com/mingrammer/commonregex"
	"mvdan.cc/xurls/v2"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// six is what a program without a library would write.
var six = []*regexp.Regexp{
	regexp.MustCompile(`\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b`),
	regexp.MustCompile(`(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}\b`),
	regexp.MustCompile(`\b(?:\d[ -]?){13,19}\b`),
	regexp.MustCompile(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b`),
	regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}\b`),
	regexp.MustCompile(`\b\d{3}-\d{2}-\d{4}\b`),
}

// patterns is the place of the six patterns among the contenders.
const patterns = 3

// contender finds things in a text and says how many.
type contender struct {
	name string
	find func(text string) int
}

func contenders() []contender {
	var zero pii.Scanner
	var every, checked pii.Scanner
	for _, in := range pii.Kinds() {
		every.Kinds = append(every.Kinds, in.Kind)
		switch in.Kind {
		case "PERSON", "LOCATION", "STREET_ADDRESS", "BIC":
		default:
			checked.Kinds = append(checked.Kinds, in.Kind)
		}
	}
	var dst []pii.Finding
	links := xurls.Relaxed()
	return []contender{
		{fmt.Sprintf("pii.Scan, default kinds (%d)", defaults()), func(text string) int {
			dst = zero.Scan(dst[:0], text)
			return len(dst)
		}},
		{fmt.Sprintf("pii.Scan, all but names (%d)", len(checked.Kinds)), func(text string) int {
			dst = checked.Scan(dst[:0], text)
			return len(dst)
		}},
		{fmt.Sprintf("pii.Scan, names too (%d)", len(every.Kinds)), func(text string) int {
			dst = every.Scan(dst[:0], text)
			return len(dst)
		}},
		{"six patterns, Go regexp", func(text string) (n int) {
			for _, re := range six {
				n += len(re.FindAllStringIndex(text, -1))
			}
			return n
		}},
		{"mingrammer/commonregex, 8 kinds", func(text string) int {
			return len(commonregex.Emails(text)) + len(commonregex.Phones(text)) + len(commonregex.CreditCards(text)) + len(commonregex.IBANs(text)) +
				len(commonregex.IPs(text)) + len(commonregex.SSNs(text)) + len(commonregex.MACAddresses(text)) + len(commonregex.Links(text))
		}},
		{"mvdan.cc/xurls, links and mail", func(text string) int { return len(links.FindAllString(text, -1)) }},
	}
}

func defaults() (n int) {
	for _, in := range pii.Kinds() {
		if in.Default {
			n++
		}
	}
	return n
}

func main() {
	hostileToo := flag.Bool("hostile", false, "measure texts made to be slow")
	rounds := flag.Int("rounds", 9, "how often everything is measured; the best counts")
	flag.Parse()
	const size = 1 << 20
	if *hostileToo {
		worst(*rounds)
		return
	}
	for _, text := range []struct{ name, text string }{{"support chat with personal data", chat(size, true)}, {"support chat without", chat(size, false)}} {
		all := contenders()
		rates, found := measure(all, text.text, *rounds)
		fmt.Printf("\n%s, %.1f MB\n", text.name, float64(len(text.text))/1e6)
		for i, c := range all {
			fmt.Printf("  %-36s %9.2f MB/s  %7.1f x the six patterns  %7d found\n", c.name, rates[i], rates[i]/rates[patterns], found[i])
		}
	}
}

// worst measures the hostile texts against the clean one.
func worst(rounds int) {
	const size = 1 << 18
	ours := contenders()[:1]
	clean, _ := measure(ours, chat(size, false), rounds)
	fmt.Printf("%-22s %9.0f MB/s\n", "clean", clean[0])
	low := 0
	for _, h := range hostile(size) {
		rate, _ := measure(ours, h.text, rounds)
		share := 100 * rate[0] / clean[0]
		if share < 20 {
			low++
		}
		fmt.Printf("%-22q %9.0f MB/s  %6.1f %% of clean\n", h.unit, rate[0], share)
	}
	fmt.Printf("%d below 20 %%\n", low)
}

// measure returns megabytes a second of CPU time and how much was found.
func measure(all []contender, text string, rounds int) (rates []float64, found []int) {
	rates, found = make([]float64, len(all)), make([]int, len(all))
	for range rounds {
		for i, c := range all {
			n, start := 0, cpu()
			var spent time.Duration
			for spent < 20*time.Millisecond {
				found[i] = c.find(text)
				n++
				spent = cpu() - start
			}
			rates[i] = max(rates[i], float64(n)*float64(len(text))/1e6/spent.Seconds())
		}
	}
	return rates, found
}

// cpu returns the CPU time the process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fmt.Fprintln(os.Stderr, "pii:", err)
		os.Exit(1)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
