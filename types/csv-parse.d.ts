// What src uses of csv-parse, for the build alone: the package's own types bring in those of Node,
// whose globals src must not see. The type check of the repository takes the package's own.

export function parse(
  text: string,
  options: {
    readonly delimiter: string
    readonly record_delimiter: string
    readonly relax_column_count: boolean
    readonly skip_empty_lines: boolean
    readonly trim: boolean
    readonly on_record: (cells: string[], context: { readonly lines: number }) => null
  },
): string[][]
