import { toast as sonner } from "sonner";
import { titleText } from "../../domain/kernel/visible.ts";

type Options = Parameters<typeof sonner.error>[1] & { description?: string };

const shown = (say: (title: string, options?: Options) => unknown) => (title: string, options?: Options) =>
  say(
    titleText(title),
    options?.description === undefined ? options : { ...options, description: titleText(options.description, 400) },
  );

/** Short messages. Whatever text is in them is cut and visible, as everywhere. */
export const toast = {
  error: shown(sonner.error),
  success: shown(sonner.success),
  info: shown(sonner.info),
};
