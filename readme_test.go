package fairlead_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heldBy is a test as the README's table of guarantees names it: the folder, a space, the function.
var heldBy = regexp.MustCompile("`((?:[a-z]+/?)+|\\.) (Test[A-Za-z0-9]+)`")

// TestEachGuaranteeNamesATestThatExists reads the README's table: a promise whose test was renamed or deleted is found here.
func TestEachGuaranteeNamesATestThatExists(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(readme), "\n## What it promises\n")
	require.True(t, found, "the README has a table of guarantees")
	section, _, _ := strings.Cut(after, "\n## ")
	var rows int
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| promise") {
			continue
		}
		rows++
		names := heldBy.FindAllStringSubmatch(line, -1)
		assert.NotEmpty(t, names, "a promise without a test: %s", line)
		for _, name := range names {
			assert.Contains(t, testsIn(t, name[1]), name[2], "in folder %s", name[1])
		}
	}
	assert.Greater(t, rows, 15)
}

// testsIn are the names of the test functions in a folder, read from the source: build tags do not hide one.
func testsIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

// TestTheReadmesLinksLead checks every relative link and picture of the README and of what it links to.
func TestTheReadmesLinksLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, file := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			_, err := os.Stat(found[1])
			assert.NoError(t, err, "%s links to it", file)
		}
	}
}
