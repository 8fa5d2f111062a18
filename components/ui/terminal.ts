import { endOf } from "../../domain/kernel/text.ts";

/** The screen's height, lines: the cursor goes up this far. Lines above are fixed. */
const HEIGHT = 100;
/** How far right of a line's end the cursor may be sent. */
const WIDTH = 200;
/**
 * Cells that control sequences may move, for each character written. More are ignored, so that work
 * stays linear.
 */
const MOVES_PER_CHARACTER = 4;
/** Longest parameters of a control sequence that are looked at. */
const LONGEST_PARAMETERS = 64;

/** What the next character belongs to. */
type Mode = "text" | "escape" | "intermediate" | "control" | "string";

/**
 * Output as a terminal would show it, without colours: a progress bar that writes over its line is
 * one line. It takes the output piece by piece, in time that grows with the piece alone, for any
 * content (ECMA-48; sequences may be 8-bit, unfinished or nonsense).
 *
 * An unfinished sequence ends with its line, so that it hides nothing of the next. Clearing the
 * screen leaves what was there above.
 */
export class Terminal {
  #fixed: string[] = [];
  #fixedSize = 0;
  #screen: string[][] = [[]];
  #row = 0;
  #column = 0;
  #saved = { row: 0, column: 0 };
  #mode: Mode = "text";
  #parameters = "";
  #moves: number;
  #truncated = false;

  /** @param max how many UTF-16 units are kept at least; what came before may be dropped. */
  constructor(readonly max: number) {
    this.#moves = max * MOVES_PER_CHARACTER;
  }

  /** Whether the beginning was dropped. */
  get truncated(): boolean {
    return this.#truncated || this.#size() > this.max;
  }

  write(text: string): void {
    this.#moves = Math.min(this.#moves + text.length * MOVES_PER_CHARACTER, this.max * MOVES_PER_CHARACTER);
    for (const character of text) this.#take(character, character.charCodeAt(0));
    this.#trim();
  }

  /** What stands on the screen and above it, at most `max` UTF-16 units. */
  text(): string {
    const rows = this.#screen.map((cells) => cells.join(""));
    const all = [...this.#fixed, ...rows].join("\n");
    return endOf(all, this.max);
  }

  #take(character: string, code: number): void {
    if (code === 0x1b) this.#begin("escape");
    else if (code === 0x18 || code === 0x1a || code === 0x0a) this.#end(code);
    else if (this.#mode === "text") this.#takeText(character, code);
    else if (this.#mode === "string") {
      if (code === 0x07 || code === 0x9c) this.#mode = "text";
    } else if (code < 0x20) this.#takeText(character, code);
    else if (code > 0x7e) {
      this.#mode = "text";
      this.#takeText(character, code);
    } else if (this.#mode === "escape") this.#takeEscape(character);
    else if (this.#mode === "intermediate") {
      if (code >= 0x30) this.#mode = "text";
    } else if (code >= 0x40) {
      this.#mode = "text";
      this.#control(character);
    } else if (this.#parameters.length < LONGEST_PARAMETERS) this.#parameters += character;
  }

  #begin(mode: Mode): void {
    this.#mode = mode;
    this.#parameters = "";
  }

  /** A line's end closes an open sequence; CAN and SUB do the same. */
  #end(code: number): void {
    this.#mode = "text";
    if (code === 0x0a) this.#newLine();
  }

  #takeText(character: string, code: number): void {
    if (code >= 0x20 && code < 0x7f) this.#print(character);
    else if (code >= 0xa0) this.#print(character);
    else if (code === 0x0d) this.#column = 0;
    else if (code === 0x08) this.#column = Math.max(0, this.#column - 1);
    else if (code === 0x09) this.#tab();
    else if (code === 0x0b || code === 0x0c || code === 0x85) this.#newLine();
    else if (code === 0x84) this.#newLine(this.#column);
    else if (code === 0x8d) this.#up(1);
    else if (code === 0x9b) this.#begin("control");
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.#begin("string");
  }

  #takeEscape(character: string): void {
    this.#mode = "text";
    if (character === "[") this.#begin("control");
    else if ("]PX^_".includes(character)) this.#begin("string");
    else if (character < "0") this.#begin("intermediate");
    else if (character === "7") this.#save();
    else if (character === "8") this.#restore();
    else if (character === "D") this.#newLine(this.#column);
    else if (character === "E") this.#newLine();
    else if (character === "M") this.#up(1);
    else if (character === "c") this.#clear();
  }

  #control(final: string): void {
    // Private ones (`?25l`, `>c`) neither write nor move.
    if (!/^[\d;:]*$/.test(this.#parameters)) return;
    const [first = 0, second = 0] = this.#parameters.split(/[;:]/, 2).map(Number);
    const count = Math.max(1, first);
    const cells = this.#cells();
    switch (final) {
      case "A":
        this.#up(count);
        break;
      case "B":
        this.#moveTo(this.#row + count, this.#column);
        break;
      case "C":
        this.#moveTo(this.#row, this.#column + count);
        break;
      case "D":
        this.#moveTo(this.#row, this.#column - count);
        break;
      case "E":
        this.#moveTo(this.#row + count, 0);
        break;
      case "F":
        this.#moveTo(this.#row - count, 0);
        break;
      case "G":
      case "`":
        this.#moveTo(this.#row, count - 1);
        break;
      case "d":
        this.#moveTo(count - 1, this.#column);
        break;
      case "H":
      case "f":
        this.#moveTo(count - 1, Math.max(1, second) - 1);
        break;
      case "J":
        this.#eraseScreen(first);
        break;
      case "K":
        this.#eraseLine(first);
        break;
      case "P":
        if (this.#allows(cells.length - this.#column)) cells.splice(this.#column, count);
        break;
      case "X":
        this.#blank(this.#column, Math.min(cells.length, this.#column + count));
        break;
      case "@":
        if (this.#allows(cells.length - this.#column + Math.min(count, WIDTH)) && this.#column < cells.length)
          cells.splice(this.#column, 0, ...new Array<string>(Math.min(count, WIDTH)).fill(" "));
        break;
      case "s":
        this.#save();
        break;
      case "u":
        this.#restore();
        break;
    }
  }

  #print(character: string): void {
    const cells = this.#cells();
    const gap = this.#column - cells.length;
    if (gap > 0) {
      if (this.#allows(gap)) for (let cell = 0; cell < gap; cell += 1) cells.push(" ");
      else this.#column = cells.length;
    }
    cells[this.#column] = character;
    this.#column += 1;
  }

  /** A tab at a line's end stays a tab, so that copied text has it. */
  #tab(): void {
    if (this.#column >= this.#cells().length) this.#print("\t");
    else this.#moveTo(this.#row, (Math.floor(this.#column / 8) + 1) * 8);
  }

  #newLine(column = 0): void {
    this.#row += 1;
    this.#column = column;
    if (this.#row < this.#screen.length) return;
    this.#screen.push([]);
    if (this.#screen.length > HEIGHT) {
      this.#fix(this.#screen.shift() ?? []);
      this.#row -= 1;
    }
  }

  #up(count: number): void {
    this.#moveTo(this.#row - count, this.#column);
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(0, Math.min(this.#screen.length - 1, row));
    const right = Math.max(WIDTH, this.#cells().length);
    this.#column = Math.max(0, Math.min(right, column));
  }

  #eraseLine(part: number): void {
    const cells = this.#cells();
    if (part === 0) cells.length = Math.min(cells.length, this.#column);
    else if (part === 1) this.#blank(0, Math.min(cells.length, this.#column + 1));
    else if (part === 2) cells.length = 0;
  }

  #eraseScreen(part: number): void {
    if (part === 0) {
      this.#eraseLine(0);
      this.#screen.length = this.#row + 1;
    } else if (part === 1) {
      for (const above of this.#screen.slice(0, this.#row)) above.length = 0;
      this.#eraseLine(1);
    } else if (part === 2) this.#clear();
  }

  #clear(): void {
    while (this.#screen.at(-1)?.length === 0) this.#screen.pop();
    for (const cells of this.#screen) this.#fix(cells);
    this.#screen = [[]];
    this.#moveTo(0, 0);
  }

  #blank(from: number, to: number): void {
    if (to > from && this.#allows(to - from)) this.#cells().fill(" ", from, to);
  }

  #save(): void {
    this.#saved = { row: this.#row, column: this.#column };
  }

  #restore(): void {
    this.#moveTo(this.#saved.row, this.#saved.column);
  }

  /** Spends moves, if there are that many left. */
  #allows(moves: number): boolean {
    if (moves > this.#moves) return false;
    this.#moves -= Math.max(0, moves);
    return true;
  }

  #cells(): string[] {
    const cells = this.#screen[this.#row];
    if (!cells) throw new RangeError("the cursor has left the screen");
    return cells;
  }

  #fix(cells: readonly string[]): void {
    const row = cells.join("");
    this.#fixed.push(row);
    this.#fixedSize += row.length + 1;
  }

  #size(): number {
    return this.#screen.reduce((size, cells) => size + cells.length + 1, this.#fixedSize);
  }

  /** Drops from the beginning what is more than is kept; rarely: only when it is twice as much. */
  #trim(): void {
    if (this.#size() <= 2 * this.max) return;
    this.#truncated = true;
    let more = this.#size() - this.max;
    let rows = 0;
    for (; rows < this.#fixed.length && more > 0; rows += 1) more -= (this.#fixed[rows]?.length ?? 0) + 1;
    for (const row of this.#fixed.splice(0, rows)) this.#fixedSize -= row.length + 1;
    for (const [row, cells] of this.#screen.entries()) {
      if (more <= 0) break;
      const dropped = cells.splice(0, more).length;
      more -= dropped;
      if (row === this.#row) this.#column = Math.max(0, this.#column - dropped);
    }
  }
}
