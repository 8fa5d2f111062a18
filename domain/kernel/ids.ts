/** Ids of things, chosen by the caller. `.` and `..` would vanish from every URL. */
export const ID = /^(?!\.{1,2}$)[A-Za-z0-9._:@-]{1,200}$/;

/** What an id is, for people. */
export const ID_WORDS = "1–200 characters of A-Z a-z 0-9 . _ : @ -";

/** Whether a text can be the id of a thing. */
export const isId = (text: string): boolean => ID.test(text);
