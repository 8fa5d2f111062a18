import {
  type ChartRange,
  type SeriesLine,
  type SeriesRow,
  type SeriesUnit,
  summaries,
  valueText,
} from "./series-model.ts";

interface SeriesSummaryProps {
  title: string;
  unit: SeriesUnit;
  lines: readonly SeriesLine[];
  rows: readonly SeriesRow[];
  range: ChartRange;
}

/** What the chart shows, for those who do not see it. */
export function SeriesSummary({ title, unit, lines, rows, range }: SeriesSummaryProps) {
  const shown = rows.filter(({ t }) => t >= range.from && t < range.to);
  return (
    <div className="sr-only">
      <table>
        <caption>{title}: what is known of each line in the time that is shown</caption>
        <thead>
          <tr>
            {["Line", "Latest", "Lowest", "Highest", "Steps known"].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {summaries(lines, shown).map(({ name, last, lowest, highest, known, steps }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{valueText(unit, last)}</td>
              <td>{valueText(unit, lowest)}</td>
              <td>{valueText(unit, highest)}</td>
              <td>{`${known} of ${steps}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
