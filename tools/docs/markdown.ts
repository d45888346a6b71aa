// The few forms of Markdown that the generated pages use.

/** A code span; a bar inside would end a table cell. */
export function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

/** The labels of a doc comment's lines, as the template of an op has them. */
const LABEL = /^(Shapes|Requires|Numerics|Cost|Errors|Source|Kinks)\s+(.*)$/

/**
 * The rest of a doc comment: indented paragraphs are formulas and stay as they are written,
 * labelled lines become a list, anything else is prose.
 */
export function detailsText(details: string): string {
  const paragraphs = details.split(/\n\s*\n/).filter(paragraph => paragraph.trim() !== '')
  return paragraphs.map(paragraphText).join('\n\n')
}

function paragraphText(paragraph: string): string {
  const lines = paragraph.split('\n')
  if (lines.every(line => line.startsWith('  '))) return verbatim(lines)
  if (!LABEL.test(lines[0]!)) return lines.map(line => line.trim()).join('\n')
  const items: string[] = []
  for (const line of lines) {
    const [, label, rest] = LABEL.exec(line) ?? []
    if (label !== undefined) items.push(`- **${label}**: ${rest}`)
    else items.push(`${items.pop()} ${line.trim()}`)
  }
  return items.join('\n')
}

/** Formulas in a fence that no renderer colours, without their common indentation. */
function verbatim(lines: readonly string[]): string {
  const least = Math.min(...lines.map(line => line.length - line.trimStart().length))
  return ['```text', ...lines.map(line => line.slice(least)), '```'].join('\n')
}

/** A table with a header row. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The fragment that a heading can be linked by. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}
