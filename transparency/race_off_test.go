//go:build !race

package transparency_test

const raced = false
