import * as z from 'zod';

/** Each field optional, unknown keys refused. */
type Fields<Shape extends z.ZodRawShape> = { [Key in keyof Shape]?: z.output<Shape[Key]> | undefined };

/** What a person asked for, or undefined for `{}`, which asks for nothing. */
type Asked<Shape extends z.ZodRawShape, Needed extends keyof Shape> =
  | undefined
  | (Fields<Shape> & { [Key in Needed]: z.output<Shape[Key]> });

/**
 * The input of a function that people invoke from the AWS console. The console's first event is often empty: `{}` is valid and
 * becomes undefined. As soon as one key is given, those in `needed` must be; unknown keys are refused by name. `neededFor`: what must be
 * given where a flag is true. What a value must be is up to its own schema.
 */
export function byHandInput<Shape extends z.ZodRawShape, Needed extends keyof Shape & string>(
  shape: Shape,
  needed: readonly Needed[],
  neededFor: Readonly<Record<string, readonly (keyof Shape & string)[]>> = {},
): z.ZodType<Asked<Shape, Needed>> {
  return z
    .strictObject(shape)
    .partial()
    .superRefine((input: Record<string, unknown>, context) => {
      if (Object.keys(input).length === 0) return;
      for (const key of needed) {
        if (input[key] === undefined) context.addIssue({ code: 'custom', path: [key], message: 'is missing' });
      }
      for (const [flag, keys] of Object.entries(neededFor)) {
        const absent = input[flag] === true ? keys.filter((key) => input[key] === undefined) : [];
        for (const key of absent)
          context.addIssue({ code: 'custom', path: [key], message: `is missing; ${flag} needs it` });
      }
    })
    .transform((input) => (Object.keys(input).length === 0 ? undefined : (input as Asked<Shape, Needed>)));
}
