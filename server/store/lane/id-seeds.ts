import { randomBytes } from "node:crypto";

/** Digits of Crockford's base 32, which sort as the numbers they stand for. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 13;

/**
 * Makes the part of an id that tells commits apart: the first 23 of a ULID's 26 digits, 10 of the time (ms) and 13 at random. The reducers add the
 * last three, by which ids of one commit sort. Of one maker each is above the one before, also within a millisecond and when the clock goes back.
 */
export class IdSeeds {
  #at = 0;
  #random: number[] = [];

  /** @param now epoch ms. */
  next(now: number): string {
    const at = Math.max(0, Math.floor(now));
    if (at > this.#at) {
      this.#at = at;
      // The first digit leaves room above, for those that follow within the millisecond.
      this.#random = Array.from(randomBytes(RANDOM_DIGITS), (byte, index) => byte & (index === 0 ? 15 : 31));
    } else this.#count();
    let time = "";
    for (let left = this.#at; time.length < TIME_DIGITS; left = Math.floor(left / 32)) time = DIGITS[left % 32] + time;
    return time + this.#random.map((digit) => DIGITS[digit]).join("");
  }

  #count(): void {
    for (let index = RANDOM_DIGITS - 1; index >= 0; index -= 1) {
      this.#random[index] = ((this.#random[index] ?? 0) + 1) % 32;
      if (this.#random[index] !== 0) return;
    }
  }
}
