// Package report turns a fairness table into something a person can read and file: HTML
// with inline SVG and no script, Markdown, CSV and JSON. All four are written from one
// Audit, in which small groups are suppressed, so that no form tells more than another.
//
// Most callers want Of and one of the Audit's Write methods; New serves the live page of
// a monitor, with the same four forms to take along. WriteLL144 and its sisters write the
// bias audit of New York City.
package report
