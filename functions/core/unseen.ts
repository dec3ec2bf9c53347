/** What takes room on a screen by its own shape. A blank of Braille has none, though it counts as a sign. */
const VISIBLE = String.raw`[^\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}\u2800]`;
/** Changes the look of the character before it: ❤ into ❤️, or one form of an ideograph into another. */
const VARIED = String.raw`(?<=${VISIBLE})\p{Variation_Selector}`;
/** Without it Persian, the scripts of India and composed emoji read otherwise than their writer meant. */
const JOINED = String.raw`(?<=${VISIBLE}\p{Variation_Selector}?)[\u200c\u200d](?=${VISIBLE})`;

/**
 * Pattern (for the flag `u`) of a character that acts on a terminal, hides, or turns the direction of what is around it: controls,
 * line breaks, halves of characters, tags, fillers, zero-width characters. A joiner between two visible characters is none, and neither is
 * a variation selector right behind one.
 */
export const UNSEEN = String.raw`(?!${VARIED}|${JOINED})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]`;
