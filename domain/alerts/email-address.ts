/**
 * One plain address: no display name, no quotes, no comments, ASCII only, so that nothing in it can
 * end a header or an SMTP command.
 */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** How many addresses one channel may have. */
const MOST = 20;

export const isAddress = (text: string): boolean => {
  const at = text.lastIndexOf("@");
  return at <= 64 && text.length <= 254 && ADDRESS.test(text);
};

/** The addresses of an e-mail channel's target, separated by commas. */
export const addressesOf = (target: string): string[] => target.split(",").map((one) => one.trim());

/** What is wrong with an e-mail channel's target; undefined when nothing is. */
export function addressFault(target: string): string | undefined {
  const all = addressesOf(target);
  if (!all.every(isAddress)) return "must be e-mail addresses, separated by commas";
  return all.length > MOST ? `must be no more than ${MOST} addresses` : undefined;
}

/** Addresses as the log has them: which domain, and how many, but not whose. */
export const hiddenAddresses = (target: string): string =>
  addressesOf(target)
    .map((address) => address.replace(/^.*@/, "…@"))
    .join(", ");
