/* weft/value.h - values: a flat, immutable, little-endian, self-relative binary, read inline.
 *
 * A value is a 16-byte slot. Null, bool, numbers and texts of at most 7 bytes live in the slot;
 * anything else lies at a byte offset counted from the slot itself, so a sub-value is a plain
 * pointer and a buffer may be copied, mapped, stored or sent as it is. Slots and payloads are
 * 8-aligned. Texts are UTF-8 and carry a terminating zero that len does not count.
 *
 *  array    v.rel -> len slots
 *  object   v.rel -> len pairs of (key slot, value slot) in order of insertion; keys are unique
 *           with WEFT_SHAPED: v.rel -> one array slot holding the len keys, then len value slots
 *           with WEFT_INDEXED: more than 16 entries; the pairs (or the shared keys) are followed by
 *           len uint32 entry numbers, sorted by (hint, length, bytes) of the key
 *  blob     v.rel -> 32 bytes SHA-256, then the size as uint64; the content lies in a store
 *
 * Within one process an offset may reach into another buffer (a link); weft_val.bytes is then 0.
 */
#ifndef WEFT_VALUE_H
#define WEFT_VALUE_H
#include <string.h>
#include <weft/abi.h>

WEFT_BEGIN
#define WEFT_NULL 0u
#define WEFT_BOOL 1u
#define WEFT_I64 2u
#define WEFT_F64 3u
#define WEFT_STR 4u
#define WEFT_BYTES 5u
#define WEFT_ARRAY 6u
#define WEFT_OBJECT 7u
#define WEFT_U64 8u  /* only for numbers above the range of I64 */
#define WEFT_TIME 9u /* nanoseconds since 1970-01-01T00:00Z in v.i */
#define WEFT_BLOB 10u

#define WEFT_INLINE 1u
#define WEFT_SHAPED 2u
#define WEFT_INDEXED 4u
#define WEFT_LINKED 8u /* on disk only: v.u names a payload recorded earlier in the same run */

#define WEFT_DEPTH_MAX 64u
#define WEFT_INDEX_ABOVE 16u
#define WEFT_VALUE_BYTES_MAX (64ull << 20)

/* One value. Frozen. hint is weft_hint() of a text, 0 for other tags. */
typedef struct weft_slot {
  uint8_t tag, flags;
  uint16_t hint;
  uint32_t len;
  union {
    int64_t i;
    uint64_t u;
    double f;
    int64_t rel;
    char text[8];
  } v;
} weft_slot;

/* A value on its way. bytes is the size of the whole buffer, which starts at root, or 0 when the
 * value is linked or part of another. A null root is the null value. Frozen. */
typedef struct weft_val {
  const weft_slot* root;
  uint64_t bytes;
} weft_val;

/* A value moved to the receiver, who calls release exactly once. Frozen. */
typedef struct weft_doc {
  weft_val val;
  void* owner;
  /* Gives it back. [any] */
  WEFT_FN(void, release, struct weft_doc*);
} weft_doc;

/* Memory of one call, bumped inline; when it is full, weft_host.arena_grow gives more. Frozen. */
typedef struct weft_arena {
  char *cur, *end;
  void* impl;
} weft_arena;

/* The 16-bit hash kept in the slot of every text: FNV-1a over its bytes, folded. */
static inline uint16_t weft_hint(const char* p, uint64_t n) {
  uint32_t h = 2166136261u;
  for (uint64_t i = 0; i < n; ++i) h = (h ^ (uint8_t)p[i]) * 16777619u;
  return (uint16_t)(h ^ (h >> 16));
}

/* Where the payload of a slot lies; not for scalars. */
static inline const void* weft_payload(const weft_slot* s) {
  return (s->flags & WEFT_INLINE) ? (const void*)s->v.text
                                  : (const void*)((const char*)s + s->v.rel);
}

static inline weft_str weft_as_str(const weft_slot* s) {
  weft_str r = {0, 0};
  if (!s || (s->tag != WEFT_STR && s->tag != WEFT_BYTES)) return r;
  r.p = (const char*)weft_payload(s);
  r.n = s->len;
  return r;
}

/* Element i of an array, or value i of an object; null outside. */
static inline const weft_slot* weft_at(const weft_slot* s, uint32_t i) {
  const weft_slot* p;
  if (!s || (s->tag != WEFT_ARRAY && s->tag != WEFT_OBJECT) || i >= s->len) return 0;
  p = (const weft_slot*)weft_payload(s);
  if (s->tag == WEFT_ARRAY) return p + i;
  return (s->flags & WEFT_SHAPED) ? p + 1 + i : p + 2 * (uint64_t)i + 1;
}

/* Key i of an object; null outside. */
static inline const weft_slot* weft_key_at(const weft_slot* s, uint32_t i) {
  const weft_slot* p;
  if (!s || s->tag != WEFT_OBJECT || i >= s->len) return 0;
  p = (const weft_slot*)weft_payload(s);
  return (s->flags & WEFT_SHAPED) ? (const weft_slot*)weft_payload(p) + i : p + 2 * (uint64_t)i;
}

/* The value of a key, or null. hint must be weft_hint(key, n). Objects without an index are
 * searched in order, indexed ones by bisection. */
static inline const weft_slot* weft_find(const weft_slot* s, const char* key, uint32_t n,
                                         uint16_t hint) {
  if (!s || s->tag != WEFT_OBJECT || s->len == 0) return 0;
  const weft_slot* keys = weft_key_at(s, 0);
  const uint64_t step = (s->flags & WEFT_SHAPED) ? 1 : 2;
  uint32_t lo = 0, hi = s->len;
  if (!(s->flags & WEFT_INDEXED)) {
    for (uint32_t i = 0; i < hi; ++i) {
      const weft_slot* k = keys + i * step;
      if (k->hint == hint && k->len == n && memcmp(weft_payload(k), key, n) == 0)
        return weft_at(s, i);
    }
    return 0;
  }
  const uint32_t* index = (const uint32_t*)(keys + hi * step);
  while (lo < hi) {
    const uint32_t mid = lo + (hi - lo) / 2;
    const weft_slot* k = keys + index[mid] * step;
    const int order = k->hint != hint ? (k->hint < hint ? -1 : 1)
                      : k->len != n   ? (k->len < n ? -1 : 1)
                                      : memcmp(weft_payload(k), key, n);
    if (order == 0) return weft_at(s, index[mid]);
    if (order < 0)
      lo = mid + 1;
    else
      hi = mid;
  }
  return 0;
}
WEFT_END
#endif
