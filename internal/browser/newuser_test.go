package browser_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTriedAsANewUserWould begins in an empty directory, with Go and a program that is not in this repository, does what the README
// says, and puts each guard, and then all five, around the program's function. The one thing a new user does not do is the replace: it
// stands for the module's publication.
func TestTriedAsANewUserWould(t *testing.T) {
	plain := read(t, "testdata/newuser/plain/main.go")
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	for _, c := range []struct {
		guard string
		lines int      // changed or added, at most, the imports left out: editors write those
		says  []string // what the guarded program prints
		not   string
	}{
		{"plain", 0, []string{"c-1 50 about: The lamp flickers", "c-2 155 about: The kettle leaks"}, "denied"},
		{"consent", 3, []string{"c-1 0  consent: denied", "c-2 155 about: The kettle leaks"}, "sees: The lamp"},
		{"privacy", 3, []string{
			"sees: The lamp flickers. Write to me at <EMAIL_ADDRESS_1>.", "c-1 50 about: The lamp flickers. Write to me at someone@example.com. <nil>",
		}, "sees: The lamp flickers. Write to me at someone"},
		{"transparency", 3, []string{"c-1 50", "c-2 155", "2 decisions on record"}, "denied"},
		{"oversight", 3, []string{"c-1 50", "waits for a person until"}, "c-2 155"},
		{"fairness", 3, []string{"c-1 50", "c-2 155", "NOT ENOUGH DATA"}, "denied"},
		{"all", 15, []string{
			"c-1 50 about: The lamp flickers. Write to me at someone@example.com. <nil>", "c-2 0  consent: denied",
		}, "sees: The lamp flickers. Write to me at someone"},
	} {
		t.Run(c.guard, func(t *testing.T) {
			guarded := read(t, filepath.Join("testdata/newuser", c.guard, "main.go"))
			changed := added(plain, guarded)
			t.Logf("%d changed lines", len(changed))
			assert.LessOrEqual(t, len(changed), c.lines, strings.Join(changed, "\n"))

			u := user{t: t, dir: t.TempDir()}
			u.write("main.go", guarded)
			u.run("go", "mod", "init", "shop.example/estimates")
			if c.guard != "plain" {
				u.run("go", "mod", "edit", "-replace", "github.com/fairlead-go/fairlead="+root)
				u.run("go", "get", "github.com/fairlead-go/fairlead@v0.0.0")
			}
			u.run("go", "vet", ".")
			out := u.run("go", "run", ".")
			for _, text := range c.says {
				assert.Contains(t, out, text)
			}
			assert.NotContains(t, out, c.not)
			t.Log(out)
		})
	}
}

func read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// added are the lines of after that before does not have, without imports, blank lines and the package's comment.
func added(before, after string) []string {
	had := map[string]int{}
	for line := range strings.Lines(before) {
		had[line]++
	}
	var all []string
	for line := range strings.Lines(after) {
		if had[line]--; had[line] >= 0 {
			continue
		}
		text := strings.TrimSpace(line)
		if text != "" && !strings.HasPrefix(text, "//") && !strings.HasPrefix(text, `"github.com/fairlead-go/`) {
			all = append(all, text)
		}
	}
	return all
}

// user is somebody in a directory of their own.
type user struct {
	t   testing.TB
	dir string
}

func (u user) write(name, text string) {
	u.t.Helper()
	require.NoError(u.t, os.WriteFile(filepath.Join(u.dir, name), []byte(text), 0o600))
}

// run runs a command as the user would, who has none of our settings.
func (u user) run(command ...string) string {
	u.t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = u.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(u.t, cmd.Run(), "%s: %s", strings.Join(command, " "), out.String())
	return out.String()
}
