// Package pgtest starts a private PostgreSQL cluster that is gone after the tests.
package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

// Environment names a running server to use instead; its databases named fairlead_test_* are made and dropped.
const Environment = "FAIRLEAD_TEST_POSTGRES"

// Cluster is one server on a loopback port.
type Cluster struct {
	dir, bin string
	port     int
	who      *syscall.Credential // nil: as ourselves
	external string
	watcher  *exec.Cmd
	alive    *os.File // closed when this process ends, however it does: then the watcher cleans up
	next     atomic.Int64
	mu       sync.Mutex
}

// Start makes a cluster and starts it. The error says why there is none: for a test to skip with.
func Start() (*Cluster, error) {
	if dsn := os.Getenv(Environment); dsn != "" {
		return &Cluster{external: dsn}, nil
	}
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	who, err := credential()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "fairlead-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin, who: who}
	if err := c.create(); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) create() error {
	if c.who != nil {
		if err := os.Chown(c.dir, int(c.who.Uid), int(c.who.Gid)); err != nil {
			return err
		}
	}
	if err := c.run("initdb", "-D", c.data(), "-U", "fairlead", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	if err := c.watch(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.port = l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return err
	}
	return c.Up()
}

// binaries finds the directory that holds initdb and pg_ctl: beside the one in PATH, or the newest that Debian keeps.
func binaries() (string, error) {
	if p, err := exec.LookPath("pg_ctl"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil && filepath.Base(p) == "pg_ctl" {
			return filepath.Dir(p), nil
		}
	}
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(dirs, func(a, b string) int {
		va, _ := strconv.Atoi(filepath.Base(filepath.Dir(a)))
		vb, _ := strconv.Atoi(filepath.Base(filepath.Dir(b)))
		return vb - va
	})
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "pg_ctl")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("no initdb and pg_ctl found; install PostgreSQL or set " + Environment)
}

// credential finds a user to run as: PostgreSQL refuses to be root.
func credential() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.ParseUint(u.Uid, 10, 32)
		gid, errG := strconv.ParseUint(u.Gid, 10, 32)
		if errU == nil && errG == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root and there is no user postgres or nobody; set " + Environment)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.who}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out.String())
	}
	return nil
}

// watch starts a shell that waits for this process to end, and then stops the server and removes its files: a test that is killed
// leaves nothing behind.
func (c *Cluster) watch() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	const script = `cat >/dev/null; "$1" -D "$2" -m immediate -w stop >/dev/null 2>&1; rm -rf "$3"`
	c.watcher = exec.Command("sh", "-c", script, "sh", filepath.Join(c.bin, "pg_ctl"), c.data(), c.dir)
	c.watcher.Dir = "/"
	c.watcher.Stdin = read
	c.watcher.SysProcAttr = &syscall.SysProcAttr{Credential: c.who, Setpgid: true} // not ended by a Ctrl-C that ends us
	if err := c.watcher.Start(); err != nil {
		write.Close()
		return err
	}
	c.alive = write
	return nil
}

// Up starts the server and waits until it answers.
func (c *Cluster) Up() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=256MB -c max_connections=200", c.port)
	return c.run("pg_ctl", "-D", c.data(), "-w", "-t", "60", "-l", filepath.Join(c.dir, "log"), "-o", options, "start")
}

// Kill stops the server as a crash would: no checkpoint, connections cut.
func (c *Cluster) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.run("pg_ctl", "-D", c.data(), "-w", "-m", "immediate", "stop")
}

// Private reports whether the server is ours to kill.
func (c *Cluster) Private() bool { return c.external == "" }

// Stop ends the server and removes its files.
func (c *Cluster) Stop() {
	if c == nil || c.external != "" {
		return
	}
	if c.alive != nil {
		c.alive.Close()
		_ = c.watcher.Wait() // what it could not remove is removed here
	}
	_ = os.RemoveAll(c.dir)
}

// Admin returns the connection string of the database that is always there.
func (c *Cluster) Admin() string {
	if c.external != "" {
		return c.external
	}
	return fmt.Sprintf("postgres://fairlead@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// Database returns a name nobody uses yet, and the connection string of the database so named, which the caller makes.
func (c *Cluster) Database() (name, dsn string, err error) {
	name = fmt.Sprintf("fairlead_test_%d_%d", os.Getpid(), c.next.Add(1))
	u, err := url.Parse(c.Admin())
	if err != nil {
		return "", "", err
	}
	u.Path = "/" + name
	return name, u.String(), nil
}

// Address returns host and port of the server.
func (c *Cluster) Address() string { return fmt.Sprintf("127.0.0.1:%d", c.port) }
