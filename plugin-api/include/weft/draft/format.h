/* weft/draft/format.h - a definition format: text to value, and pointer to position.
 *
 * parse refuses duplicate keys and everything that a value cannot hold. locate walks the text
 * again; it is asked only when something is wrong, so a parser need not keep positions.
 */
#ifndef WEFT_DRAFT_FORMAT_H
#define WEFT_DRAFT_FORMAT_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_FORMAT_ID "weft.format/1"

/* From 1; columns count code points. 0 means unknown. */
typedef struct weft_place {
  uint32_t size, line, column, length;
} weft_place;

typedef struct weft_format {
  uint32_t size, flags;
  /* Reads a text into the arena of the call; where it is wrong, at says where. B.
   * OK; BAD_INPUT; LIMIT. [exec] */
  WEFT_FN(weft_status, parse, void* self, weft_str text, weft_arena* arena, weft_val* out,
          weft_place* at, weft_error* err);
  /* Where the value of a JSON Pointer stands in a text that parse has accepted; the key itself when
   * the pointer ends in '~'. OK; NOT_FOUND. [exec] */
  WEFT_FN(weft_status, locate, void* self, weft_str text, weft_str pointer, weft_place* at);
} weft_format;
WEFT_END
#endif
