package fairlead_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/fairlead-go/fairlead"

// pkg is what go list says about a package.
type pkg struct {
	ImportPath string
	Dir        string
	Standard   bool
	GoFiles    []string
	Imports    []string
	Deps       []string // all of them, however far away
}

// list asks go list once, for all tests.
var list = sync.OnceValues(func() (map[string]pkg, error) {
	var stderr bytes.Buffer
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Standard,GoFiles,Imports,Deps", "./...")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	all := map[string]pkg{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all[p.ImportPath] = p
	}
})

// listed is every package the module needs, tests left out, by import path.
func listed(t *testing.T) map[string]pkg {
	t.Helper()
	all, err := list()
	require.NoError(t, err)
	require.Contains(t, all, module)
	return all
}

// shipped are the module's own packages, the examples left out.
func shipped(all map[string]pkg) []pkg {
	var own []pkg
	for path, p := range all {
		if path == module || strings.HasPrefix(path, module+"/") && !under(path, module+"/examples") {
			own = append(own, p)
		}
	}
	return own
}

func under(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// The five packages never import each other or the root; what lies below them knows none of them.
func TestTheFivePackagesDoNotKnowEachOther(t *testing.T) {
	five := []string{"consent", "fairness", "privacy", "transparency", "oversight"}
	all := listed(t)
	for _, name := range five {
		require.Contains(t, all, module+"/"+name)
	}
	for _, p := range shipped(all) {
		if p.ImportPath == module {
			continue
		}
		assert.NotContains(t, p.Deps, module, "%s imports the root", p.ImportPath)
		for _, other := range five {
			other = module + "/" + other
			if under(p.ImportPath, other) {
				continue
			}
			for _, dep := range p.Deps {
				assert.False(t, under(dep, other), "%s imports %s", p.ImportPath, dep)
			}
		}
	}
}

// What a program pays for without using it, and what others may want to use alone, stands on the standard library.
func TestLeavesImportTheStandardLibraryOnly(t *testing.T) {
	all := listed(t)
	leaves := map[string][]string{ // with what else they may import
		"privacy/pii": nil, "transparency/explain": nil, "internal/stats": nil, "consent/tcf": nil,
		"fairness/rank": {module + "/internal/stats"},
	}
	found := 0
	for leaf, also := range leaves {
		p, ok := all[module+"/"+leaf]
		if !ok {
			continue
		}
		found++
		for _, dep := range p.Deps {
			if !slices.Contains(also, dep) && dep != "unsafe" && dep != "C" {
				assert.True(t, all[dep].Standard, "%s imports %s", leaf, dep)
			}
		}
	}
	assert.GreaterOrEqual(t, found, 3)
}

// Direct dependencies of the shipped packages: a new one needs a reason in its commit, and a line here.
func TestDirectDependenciesAreFew(t *testing.T) {
	allowed := []string{
		"github.com/google/uuid",
		"go.opentelemetry.io/otel", // the API's root package alone: no baggage, no propagation, no SDK
		"go.opentelemetry.io/otel/attribute", "go.opentelemetry.io/otel/codes",
		"go.opentelemetry.io/otel/trace", "go.opentelemetry.io/otel/trace/noop",
		"go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/metric/noop",
		"golang.org/x/mod/sumdb/tlog", "golang.org/x/mod/sumdb/note",
	}
	never := []string{
		"go.opentelemetry.io/otel/sdk", "go.opentelemetry.io/otel/exporters", "go.opentelemetry.io/proto", "google.golang.org",
		"github.com/stretchr/testify", "modernc.org", "github.com/jackc", "github.com/lib/pq", "github.com/mattn", "github.com/go-sql-driver",
	}
	all := listed(t)
	for _, p := range shipped(all) {
		for _, path := range p.Imports {
			if !all[path].Standard && path != "unsafe" && !under(path, module) {
				assert.Contains(t, allowed, path, "%s imports %s", p.ImportPath, path)
			}
		}
		for _, dep := range p.Deps {
			for _, n := range never {
				assert.False(t, under(dep, n), "%s needs %s", p.ImportPath, dep)
			}
		}
	}
}

// Pages live in packages of their own, so that a program that only wraps a function links no templates.
func TestWrappingAFunctionLinksNoTemplates(t *testing.T) {
	deps := listed(t)[module].Deps
	for _, path := range []string{"html/template", "text/template", "testing", "net/http/httptest"} {
		assert.NotContains(t, deps, path)
	}
}

// The shell is for pages, and no page knows another: what one shows of a sibling comes through func fields of its Options.
func TestOnlyPagesStandOnTheShell(t *testing.T) {
	pages := []string{"consent/center", "transparency/portal", "oversight/console", "fairness/report"}
	all := listed(t)
	found := 0
	for _, p := range shipped(all) {
		page := slices.Contains(pages, strings.TrimPrefix(p.ImportPath, module+"/"))
		if slices.Contains(p.Imports, module+"/internal/web") {
			found++
			assert.True(t, page, "%s imports the shell", p.ImportPath)
		}
		for _, other := range pages {
			assert.NotContains(t, p.Deps, module+"/"+other, "%s needs a page", p.ImportPath)
		}
	}
	assert.Equal(t, len(pages), found)
}

// Importing a package runs no code of its own, and pii keeps no tables that a program would carry without using them.
func TestImportingCostsNothing(t *testing.T) {
	const most = 16 // elements of a package variable's literal
	all := listed(t)
	for _, p := range shipped(all) {
		for _, name := range p.GoFiles {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			for _, decl := range file.Decls {
				switch d := decl.(type) {
				case *ast.FuncDecl:
					assert.False(t, d.Recv == nil && d.Name.Name == "init", "%s has an init", files.Position(d.Pos()))
				case *ast.GenDecl:
					if p.ImportPath == module+"/privacy/pii" && d.Tok == token.VAR {
						elements, calls := weight(d)
						assert.LessOrEqual(t, elements, most, "%s: a table in a variable", files.Position(d.Pos()))
						assert.Zero(t, calls, "%s: work at start-up", files.Position(d.Pos()))
					}
				}
			}
		}
	}
}

// weight counts the elements of composite literals, and the calls, in a declaration's values; functions' bodies run later.
func weight(d *ast.GenDecl) (elements, calls int) {
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CompositeLit:
			elements += len(n.Elts)
		case *ast.CallExpr:
			calls++
		}
		return true
	})
	return elements, calls
}
