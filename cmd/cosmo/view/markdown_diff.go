package view

import (
	"fmt"
	"strings"

	"cosmo/lang/diff"
)

// markdown writes changes as a comment for a pull request.
func markdown(c *diff.Changes) string {
	var b strings.Builder
	b.WriteString("### What changes in the bottle\n\n")
	if c.Empty() {
		b.WriteString("Nothing: the same in every bottle.\n")
		return b.String()
	}
	for i := range c.Outputs {
		o := &c.Outputs[i]
		fmt.Fprintf(&b, "%s**%s**", map[string]string{diff.Added: "New: ", diff.Removed: "Gone: "}[o.How], code(outputTitle(o)))
		if o.File != "" {
			fmt.Fprintf(&b, " → %s", code(o.File))
		}
		if o.TensorsStay {
			b.WriteString(" (the same tensors)")
		}
		b.WriteString("\n\n")
		markdownRows(&b, "", diffOutput(o))
	}
	var rows []diffRow
	for i := range c.Ingredients {
		rows = append(rows, ingredientRows(&c.Ingredients[i])...)
	}
	markdownRows(&b, "Ingredients", rows)
	markdownRows(&b, "Variables", valueRows(c.Variables))
	markdownRows(&b, "Choices", valueRows(c.Choices))
	markdownRows(&b, "Recipe", valueRows(c.Recipe))
	fmt.Fprintf(&b, "To make again: %s.\n", againText(&c.Again))
	for _, a := range c.Alarms {
		fmt.Fprintf(&b, "\n> **Warning:** %s.\n", escapeMarkdown(a))
	}
	return b.String()
}

func markdownRows(b *strings.Builder, title string, rows []diffRow) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "| %s | before | after |\n|---|---:|---:|\n", title)
	for _, r := range rows {
		name := code(r.name)
		if r.sign == '+' || r.sign == '-' {
			name = string(r.sign) + " " + name
		}
		name = strings.Repeat("&emsp;", r.indent) + name
		old, new := escapeMarkdown(r.old), escapeMarkdown(r.new)
		if r.percent && r.new != "" && r.new != "per block" && r.new != r.old {
			new = "**" + new + "**"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, old, new)
	}
	b.WriteString("\n")
}

// code is text in a code span that a table can hold.
func code(s string) string {
	s = clean(s)
	ticks := "`"
	for strings.Contains(s, ticks) {
		ticks += "`"
	}
	if len(ticks) > 1 {
		s = " " + s + " "
	}
	return ticks + strings.ReplaceAll(s, "|", `\|`) + ticks
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "@", "&#64;", "#", "&#35;")

// escapeMarkdown keeps a recipe's text from being read as Markdown: no links, no
// mentions, no markup.
func escapeMarkdown(s string) string { return markdownEscapes.Replace(clean(s)) }
