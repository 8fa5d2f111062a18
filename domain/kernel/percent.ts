/** A share from 0 to 1 in words: `93.4%`, `100%`. Never rounds to 100 % or 0 % what is not. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 99.9 && value < 100) return "99.9%";
  if (value > 0 && value < 0.1) return "<0.1%";
  const text = value.toFixed(1);
  return `${text.endsWith(".0") ? text.slice(0, -2) : text}%`;
}
