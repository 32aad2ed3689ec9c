package transparency

import (
	"html"
	"strings"
)

// document is a text with headings, paragraphs, lists and tables, written as Markdown and as HTML from one source. It is no
// template, so that a program that only wraps a function links none.
type document struct {
	title  string
	lang   string
	blocks []block
}

type block struct {
	heading int        // level 2 or 3; 0: none
	text    string     // of a heading or a paragraph
	items   []string   // of a list
	table   [][]string // the first row is the head
}

func (d *document) heading(level int, text string) {
	d.blocks = append(d.blocks, block{heading: level, text: text})
}

func (d *document) paragraph(text string) {
	if text != "" {
		d.blocks = append(d.blocks, block{text: text})
	}
}

// list writes items, or the given words if there are none.
func (d *document) list(items []string, none string) {
	if len(items) == 0 {
		d.paragraph(none)
		return
	}
	d.blocks = append(d.blocks, block{items: items})
}

func (d *document) table(rows [][]string) {
	d.blocks = append(d.blocks, block{table: rows})
}

// markdownSpecial are the characters that mean something in CommonMark or GFM wherever they stand in a line.
var markdownSpecial = strings.NewReplacer(
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "|", "\\|", "#", "\\#",
	"~", "\\~", "!", "\\!", "&", "&amp;", "\r\n", " ", "\n", " ", "\r", " ", "\x00", "\ufffd",
)

// plain makes a text safe inside Markdown: nothing in it is markup, a link, HTML or the beginning of a list.
func plain(s string) string {
	s = markdownSpecial.Replace(strings.ToValidUTF8(s, "\ufffd"))
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	if c := s[0]; c == '-' || c == '+' || c == '=' {
		return "\\" + s
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits > 0 && digits < len(s) && (s[digits] == '.' || s[digits] == ')') && (digits+1 == len(s) || s[digits+1] == ' ') {
		return s[:digits] + "\\" + s[digits:]
	}
	return s
}

func (d *document) markdown() string {
	var b strings.Builder
	b.WriteString("# " + plain(d.title) + "\n")
	for _, k := range d.blocks {
		b.WriteByte('\n')
		switch {
		case k.heading > 0:
			b.WriteString(strings.Repeat("#", k.heading) + " " + plain(k.text) + "\n")
		case k.items != nil:
			for _, item := range k.items {
				b.WriteString("- " + plain(item) + "\n")
			}
		case k.table != nil:
			for i, row := range k.table {
				b.WriteByte('|')
				for _, cell := range row {
					b.WriteString(" " + plain(cell) + " |")
				}
				b.WriteByte('\n')
				if i == 0 {
					b.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
				}
			}
		default:
			b.WriteString(plain(k.text) + "\n")
		}
	}
	return b.String()
}

// text makes a text safe inside HTML.
func text(s string) string { return html.EscapeString(strings.ToValidUTF8(s, "\ufffd")) }

func (d *document) html() string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + text(d.lang) + "\">\n<head><meta charset=\"utf-8\"><title>" + text(d.title) + "</title></head>\n<body>\n<h1>" +
		text(d.title) + "</h1>\n")
	for _, k := range d.blocks {
		switch {
		case k.heading > 0:
			tag := "h" + string(rune('0'+k.heading))
			b.WriteString("<" + tag + ">" + text(k.text) + "</" + tag + ">\n")
		case k.items != nil:
			b.WriteString("<ul>\n")
			for _, item := range k.items {
				b.WriteString("<li>" + text(item) + "</li>\n")
			}
			b.WriteString("</ul>\n")
		case k.table != nil:
			b.WriteString("<table>\n")
			for i, row := range k.table {
				cell := "td"
				if i == 0 {
					cell = "th"
				}
				b.WriteString("<tr>")
				for _, c := range row {
					b.WriteString("<" + cell + ">" + text(c) + "</" + cell + ">")
				}
				b.WriteString("</tr>\n")
			}
			b.WriteString("</table>\n")
		default:
			b.WriteString("<p>" + text(k.text) + "</p>\n")
		}
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}
