import { randomBytes } from "node:crypto";

/** Digits of Crockford's base 32; they sort like their numbers. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 13;

/**
 * Generates the part of an id that is unique to a commit: the first 23 of a ULID's 26 digits, 10
 * for the time (ms) and 13 random. The reducers add the last three, which order the ids within one
 * commit. Each seed of one generator is above the one before, also within a millisecond and when
 * the clock goes back.
 */
export class IdSeeds {
  #at = 0;
  #random: number[] = [];

  /** @param now epoch ms. */
  next(now: number): string {
    const at = Math.max(0, Math.floor(now));
    if (at > this.#at) {
      this.#at = at;
      // The first digit stays low, to leave room for increments within the millisecond.
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
