#include "base/valid.hpp"

#include <cstring>
#include <string>

#include "base/layout.hpp"
#include "base/limits.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "base/writer.hpp"

namespace weft::base {
namespace {

// Where payloads are looked for. Bytes: inside one buffer and behind their slot, which rules out
// cycles. Memory: anywhere in this process, as the plugin says.
struct Bytes {
  static constexpr bool is_contiguous = true;
  const char* start;
  uint64_t size;

  const void* payload(const weft_slot& s, uint64_t bytes) const {
    const auto at = static_cast<uint64_t>(reinterpret_cast<const char*>(&s) - start);
    if (s.v.rel < static_cast<int64_t>(slot_bytes) || s.v.rel % 8 != 0) return nullptr;
    const uint64_t left = size - at;
    const auto rel = static_cast<uint64_t>(s.v.rel);
    return rel <= left && bytes <= left - rel ? start + at + rel : nullptr;
  }
  static bool skips(const weft_slot&) { return false; }
};

struct Memory {
  static constexpr bool is_contiguous = false;
  const Known& known;

  static const void* payload(const weft_slot& s, uint64_t) {
    const void* p = weft_payload(&s);
    const bool aligned = reinterpret_cast<uintptr_t>(p) % 8 == 0;
    return aligned || s.tag == WEFT_STR || s.tag == WEFT_BYTES ? p : nullptr;
  }
  bool skips(const weft_slot& s) const { return links_to(known, s); }
};

// Inside one value, but for the slot that leads there and those that lead elsewhere.
struct Part {
  static constexpr bool is_contiguous = true;
  const weft_slot* root;
  const void* content;
  std::string_view value;
  const Known& leading_out;

  const void* payload(const weft_slot& s, uint64_t bytes) const {
    if (&s != root) return Bytes{value.data(), value.size()}.payload(s, bytes);
    const auto at = static_cast<uint64_t>(static_cast<const char*>(content) - value.data());
    const bool inside = at % 8 == 0 && at <= value.size() && bytes <= value.size() - at;
    return inside ? content : nullptr;
  }
  bool skips(const weft_slot& s) const { return leading_out.holds(leading_out.self, &s); }
};

// Walks a value once. Every byte that is looked at is paid from a budget, so parts that are reached
// twice cannot make it walk longer than the budget is; what was paid is the packed size.
template <class Source>
class Checker final {
 public:
  Checker(Source source, uint64_t budget, bool links)
      : source_(source), budget_(budget), links_(links) {}

  bool root(const weft_slot& s) { return pay(slot_bytes) && slot(s, limits::depth); }
  uint64_t paid() const { return paid_; }
  const char* problem() const { return problem_; }
  bool over_limit() const { return over_limit_; }
  const std::string& pointer() const { return pointer_; }

 private:
  bool fail(const char* problem) {
    problem_ = problem;
    return false;
  }
  bool pay(uint64_t n) {
    paid_ += n;
    if (paid_ <= budget_) return true;
    over_limit_ = true;
    return fail("its parts are larger than it may be");
  }
  void came_from(std::string_view key) {
    std::string segment;
    append_segment(segment, key);
    pointer_.insert(0, segment);
  }

  static bool is_plain(const weft_slot& s) { return s.flags == 0 && s.hint == 0 && s.len == 0; }

  bool slot(const weft_slot& s, uint32_t room) {
    if (links_ && is_link(s)) return link(s);
    switch (s.tag) {
      case WEFT_NULL: return (is_plain(s) && s.v.u == 0) || fail("a null holds something");
      case WEFT_BOOL: return (is_plain(s) && s.v.u <= 1) || fail("a boolean is not 0 or 1");
      case WEFT_I64:
      case WEFT_F64:
      case WEFT_TIME: return is_plain(s) || fail("a number has flags");
      case WEFT_U64: return (is_plain(s) && s.v.u > INT64_MAX) || fail("a U64 fits I64");
      case WEFT_STR:
      case WEFT_BYTES: return source_.skips(s) || text(s);
      case WEFT_BLOB: return source_.skips(s) || blob(s);
      case WEFT_ARRAY:
      case WEFT_OBJECT: return source_.skips(s) || container(s, room);
      default: return s.tag < 32 || fail("its tag is unknown");
    }
  }

  static bool is_link(const weft_slot& s) {
    const bool outside = (s.tag >= WEFT_STR && s.tag <= WEFT_OBJECT) || s.tag == WEFT_BLOB;
    return outside && (s.flags & WEFT_LINKED) != 0;
  }
  // What it leads to was checked where it was recorded.
  bool link(const weft_slot& s) {
    const uint32_t more = s.tag == WEFT_OBJECT ? WEFT_SHAPED | WEFT_INDEXED : 0;
    if ((s.flags & ~(WEFT_LINKED | more)) != 0) return fail("a link has unknown flags");
    return s.len != 0 || s.tag == WEFT_BLOB || fail("a link to nothing");
  }

  bool blob(const weft_slot& s) {
    if (!is_plain(s)) return fail("a blob has flags");
    if (source_.payload(s, blob_bytes) == nullptr) return fail("a blob lies outside");
    return pay(blob_bytes);
  }

  bool text(const weft_slot& s) {
    if ((s.flags & ~WEFT_INLINE) != 0) return fail("a text has unknown flags");
    if (is_inline(s)) return inline_text(s);
    if (!pay(padded(uint64_t{s.len} + 1))) return false;
    const auto* p = static_cast<const char*>(source_.payload(s, bytes_of(s)));
    if (p == nullptr) return fail("a text lies outside");
    if (s.tag == WEFT_BYTES) return s.hint == 0 || fail("bytes have a hint");
    if (p[s.len] != 0) return fail("a text is not ended by zero");
    return content(s, p, is_utf8({p, s.len}));
  }
  // The bytes behind the text are zero, and a word tells whether all are ASCII.
  bool inline_text(const weft_slot& s) {
    constexpr uint64_t not_ascii = 0x8080808080808080U;
    if (s.len > 7) return fail("an inline text is longer than 7 bytes");
    if (s.v.u >> (8 * s.len) != 0) return fail("a text is not ended by zero");
    if (s.tag == WEFT_BYTES) return s.hint == 0 || fail("bytes have a hint");
    return content(s, s.v.text, (s.v.u & not_ascii) == 0 || is_utf8({s.v.text, s.len}));
  }
  bool content(const weft_slot& s, const char* p, bool utf8) {
    if (!utf8) return fail("a text is not UTF-8");
    return weft_hint(p, s.len) == s.hint || fail("the hint of a text is wrong");
  }
  static uint64_t bytes_of(const weft_slot& s) { return uint64_t{s.len} + (s.tag == WEFT_STR); }

  bool container(const weft_slot& s, uint32_t room) {
    if (s.tag == WEFT_OBJECT) return record(s, room, nullptr);
    if (room == 0) return too_deep();
    if (s.hint != 0 || s.flags != 0) return fail("an array has flags");
    return s.len == 0 ? empty(s) : items(s, room - 1);
  }
  bool empty(const weft_slot& s) {
    return !source_.is_contiguous || s.v.rel == 0 || fail("an empty container has a payload");
  }
  bool too_deep() {
    over_limit_ = true;
    return fail("it is deeper than 64 levels");
  }

  bool items(const weft_slot& array, uint32_t room) {
    if (!pay(array.len * slot_bytes)) return false;
    const auto* p = static_cast<const weft_slot*>(source_.payload(array, array.len * slot_bytes));
    if (p == nullptr) return fail("the items of an array lie outside");
    const weft_slot* before = nullptr;
    for (uint32_t i = 0; i < array.len; ++i) {
      const bool leads_out = source_.skips(p[i]) || (links_ && is_link(p[i]));
      const bool is_record = p[i].tag == WEFT_OBJECT && is_shaped(p[i]) && !leads_out;
      if (!(is_record ? record(p[i], room, before) : slot(p[i], room))) {
        came_from(std::to_string(i));
        return false;
      }
      before = is_record ? p + i : nullptr;
    }
    return true;
  }

  // An object; before is the record in front of it in an array, whose keys it may share.
  bool record(const weft_slot& s, uint32_t room, const weft_slot* before) {
    if (room == 0) return too_deep();
    if (s.hint != 0 || (s.flags & ~(WEFT_SHAPED | WEFT_INDEXED)) != 0) {
      return fail("an object has unknown flags");
    }
    if (s.len == 0) return s.flags == 0 ? empty(s) : fail("an empty object has flags");
    if (((s.flags & WEFT_INDEXED) != 0) != (s.len > WEFT_INDEX_ABOVE)) {
      return fail("an object above 16 entries has no index, or a smaller one has");
    }
    const uint64_t bytes = object_bytes(s);
    if (!pay(bytes)) return false;
    const auto* p = static_cast<const weft_slot*>(source_.payload(s, bytes));
    if (p == nullptr) return fail("the entries of an object lie outside");
    const weft_slot* keys = is_shaped(s) ? shape(s, *p) : p;
    if (keys == nullptr || (!shares_keys(before, s) && !own_keys(s, keys))) return false;
    return values(s, keys, room - 1);
  }

  bool values(const weft_slot& s, const weft_slot* keys, uint32_t room) {
    const weft_slot* p = weft_at(&s, 0);
    const uint32_t step = key_step(s);
    for (uint64_t i = 0; i < uint64_t{s.len} * step; i += step) {
      if (slot(p[i], room)) continue;
      came_from(to_view(weft_as_str(keys + i)));
      return false;
    }
    return true;
  }

  const weft_slot* shape(const weft_slot& s, const weft_slot& head) {
    const bool right = head.tag == WEFT_ARRAY && head.flags == 0 && head.hint == 0;
    const void* keys = right && head.len == s.len ? source_.payload(head, shape_bytes(s)) : nullptr;
    if (keys == nullptr) fail("the shared keys of an object lie outside");
    return static_cast<const weft_slot*>(keys);
  }

  bool own_keys(const weft_slot& s, const weft_slot* keys) {
    if (is_shaped(s) && !pay(shape_bytes(s))) return false;
    const uint32_t step = key_step(s);
    for (uint64_t i = 0; i < s.len; ++i) {
      const weft_slot& key = keys[i * step];
      if (key.tag != WEFT_STR) return fail("a key is not a text");
      if (!text(key)) return false;
    }
    return s.len > WEFT_INDEX_ABOVE ? index_in_order(s, keys) : all_differ(s, keys);
  }

  // Nearly always a hint and a length tell two keys apart.
  bool all_differ(const weft_slot& s, const weft_slot* keys) {
    const uint32_t step = key_step(s);
    uint64_t heads[WEFT_INDEX_ABOVE];
    for (uint32_t i = 0; i < s.len; ++i) {
      const weft_slot& key = keys[i * step];
      heads[i] = uint64_t{key.hint} << 32U | key.len;
      for (uint32_t j = 0; j < i; ++j) {
        if (heads[i] != heads[j]) continue;
        if (compare_keys(key, keys[j * step]) == 0) return fail("a key appears twice");
      }
    }
    return true;
  }

  // Strictly rising keys also mean that every entry is named once.
  bool index_in_order(const weft_slot& s, const weft_slot* keys) {
    const uint64_t step = key_step(s);
    const auto* index = reinterpret_cast<const uint32_t*>(keys + s.len * step);
    for (uint32_t i = 0; i < s.len; ++i) {
      if (index[i] >= s.len) return fail("an index names an entry that is not there");
      if (i == 0) continue;
      if (compare_keys(keys[index[i - 1] * step], keys[index[i] * step]) >= 0) {
        return fail("an index is out of order, or a key appears twice");
      }
    }
    return true;
  }

  Source source_;
  uint64_t budget_, paid_ = 0;
  bool links_, over_limit_ = false;
  const char* problem_ = nullptr;
  std::string pointer_;
};

template <class Source>
Error refused(const Checker<Source>& checker, Status status) {
  Error error{.status = status,
              .code = "value.damaged",
              .message = std::string("the value is damaged: ") + checker.problem(),
              .hint = status == Status::corrupt ? "restore it from a backup"
                                                : "report it to the author of the plugin"};
  error.where.pointer = checker.pointer();
  if (!error.where.pointer.empty()) error.message += ", at " + quoted(error.where.pointer);
  return error;
}

}  // namespace

Result<void> validate(const void* bytes, uint64_t size, Admit admit) {
  const char* problem = size < slot_bytes            ? "it is smaller than a slot"
                        : size > limits::value_bytes ? "it is larger than 64 MB"
                                                     : nullptr;
  if (reinterpret_cast<uintptr_t>(bytes) % 8 != 0) problem = "it does not lie 8-aligned";
  if (problem != nullptr) {
    return Error{.status = Status::corrupt,
                 .code = "value.damaged",
                 .message = std::string("the value is damaged: ") + problem,
                 .hint = "restore it from a backup"};
  }
  Checker checker(Bytes{static_cast<const char*>(bytes), size}, size, admit.links);
  if (checker.root(*static_cast<const weft_slot*>(bytes))) return {};
  return refused(checker, Status::corrupt);
}

bool is_content(const weft_slot& slot, const void* content, std::string_view value,
                Known leading_out) {
  const Part part{&slot, content, value, leading_out};
  return Checker(part, value.size() + slot_bytes, false).root(slot);
}

Result<Value> copy_checked(Value from, Arena to, Known known) {
  if (!from.exists()) return null_value();
  const weft_slot& root = *from.slot();
  if (known.holds != nullptr && known.holds(known.self, &root)) return from;
  // A store hands a large one back as the content of a value, which has a slot and an end of its
  // own.
  constexpr uint64_t most = limits::value_bytes - 4 * slot_bytes;
  Checker checker(Memory{known}, most, false);
  if (!checker.root(root)) {
    const bool limit = checker.over_limit();
    Error error = refused(checker, limit ? Status::limit : Status::failed);
    if (limit) {
      error.code = "value.too_large";
      error.message = std::string("the value is too large: ") + checker.problem();
    }
    error.flags = limit ? 0 : WEFT_ERR_BUG;
    return error;
  }
  auto* out = static_cast<weft_slot*>(to.allocate(checker.paid()));
  Writer(out, known).root(root);
  return Value(out);
}

}  // namespace weft::base
