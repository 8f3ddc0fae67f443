// Law of this file: one stub per function of a table, named in its message, and one fill_nulls per
// table that puts the stubs where the plugin has nothing. Functions that may be null do nothing.
#include "plugin/tables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "plugin/failure.hpp"

namespace weft::plugin {

namespace {

weft_status unsupported(weft_error* err, std::string_view function) {
  fill(err, WEFT_UNSUPPORTED, 0,
       "the plugin has no function '" + std::string(function) + "'; install a later version of it");
  return WEFT_UNSUPPORTED;
}

weft_status unsupported(const weft_out* out, std::string_view function) {
  return unsupported(out != nullptr ? out->err : nullptr, function);
}

template <class Function>
void otherwise(Function*& slot, Function* stub) {
  if (slot == nullptr) slot = stub;
}

void fill_nulls(weft_tool& t) {
  otherwise(
      t.start, +[](void*, const weft_call*, weft_out* out) noexcept -> weft_status {
        return unsupported(out, "weft_tool.start");
      });
  otherwise(t.cancel, +[](void*, weft_op) noexcept {});
}

void fill_nulls(weft_pattern& t) {
  otherwise(
      t.compile,
      +[](void*, weft_val, weft_arena*, weft_val*, weft_error* err) noexcept -> weft_status {
        return unsupported(err, "weft_pattern.compile");
      });
  otherwise(
      t.open, +[](void*, const weft_frame*, void**, weft_error* err) noexcept -> weft_status {
        return unsupported(err, "weft_pattern.open");
      });
  otherwise(
      t.step,
      +[](void*, void*, const weft_frame*, const weft_fact*, uint32_t, weft_cmds*,
          weft_error* err) noexcept -> weft_status {
        return unsupported(err, "weft_pattern.step");
      });
  otherwise(t.close, +[](void*, void*) noexcept {});
}

void fill_nulls(weft_store& t) {
  otherwise(
      t.commit,
      +[](void*, const weft_call*, const weft_owner*, const weft_sop* const*, uint32_t,
          weft_out* out) noexcept -> weft_status { return unsupported(out, "weft_store.commit"); });
  otherwise(
      t.load,
      +[](void*, const weft_call*, weft_str, uint64_t, weft_out* out) noexcept -> weft_status {
        return unsupported(out, "weft_store.load");
      });
  otherwise(
      t.own, +[](void*, const weft_call*, uint32_t, weft_owner*) noexcept -> weft_status {
        return WEFT_UNSUPPORTED;
      });
  otherwise(
      t.claim,
      +[](void*, const weft_call*, const weft_owner*, weft_str, int64_t, uint32_t,
          weft_out* out) noexcept -> weft_status { return unsupported(out, "weft_store.claim"); });
  otherwise(
      t.get, +[](void*, const weft_call*, weft_str, weft_out* out) noexcept -> weft_status {
        return unsupported(out, "weft_store.get");
      });
  otherwise(
      t.scan,
      +[](void*, const weft_call*, weft_str, weft_str, uint32_t,
          weft_out* out) noexcept -> weft_status { return unsupported(out, "weft_store.scan"); });
  otherwise(
      t.tend, +[](void*, const weft_call*, weft_out* out) noexcept -> weft_status {
        return unsupported(out, "weft_store.tend");
      });
  otherwise(
      t.tell,
      +[](void*, const weft_call*, weft_str, const weft_event* const*, uint32_t,
          weft_out* out) noexcept -> weft_status { return unsupported(out, "weft_store.tell"); });
}

void fill_nulls(weft_hook& t) {
  otherwise(
      t.on,
      +[](void*, uint32_t, const weft_call*, weft_val, weft_out* out) noexcept -> weft_status {
        return unsupported(out, "weft_hook.on");
      });
}

void fill_nulls(weft_sink& t) {
  otherwise(t.consume, +[](void*, const weft_event* const*, uint32_t, uint64_t) noexcept {});
  otherwise(
      t.flush, +[](void*, const weft_call*, weft_out* out) noexcept -> weft_status {
        return unsupported(out, "weft_sink.flush");
      });
}

void fill_nulls(weft_format& t) {
  otherwise(
      t.parse,
      +[](void*, weft_str, weft_arena*, weft_val*, weft_place*, weft_error* err) noexcept
          -> weft_status { return unsupported(err, "weft_format.parse"); });
  otherwise(
      t.locate, +[](void*, weft_str, weft_str, weft_place*) noexcept -> weft_status {
        return WEFT_UNSUPPORTED;
      });
}

}  // namespace

template <class Table>
Result<Table> normalise(const void* raw) {
  uint32_t size = 0;
  std::memcpy(&size, raw, sizeof size);
  constexpr size_t least = offsetof(Table, flags) + sizeof(Table::flags);
  if (size < least) {
    return Error{.code = "plugin.truncated",
                 .message = "table '" + std::string(TableName<Table>::id) + "' says it has " +
                            std::to_string(size) + " bytes, it needs at least " +
                            std::to_string(least),
                 .hint = "set its member 'size' to sizeof the struct",
                 .flags = WEFT_ERR_BUG};
  }
  // A size that ends inside a pointer gives only the whole ones before it.
  Table table{};
  const size_t whole = size - size % alignof(Table);
  std::memcpy(static_cast<void*>(&table), raw, std::min(whole, sizeof table));
  table.size = sizeof table;
  fill_nulls(table);
  return table;
}

template Result<weft_tool> normalise<weft_tool>(const void*);
template Result<weft_pattern> normalise<weft_pattern>(const void*);
template Result<weft_store> normalise<weft_store>(const void*);
template Result<weft_hook> normalise<weft_hook>(const void*);
template Result<weft_sink> normalise<weft_sink>(const void*);
template Result<weft_format> normalise<weft_format>(const void*);

weft_component normalise_component(const weft_component& component) {
  weft_component full{};
  std::memcpy(static_cast<void*>(&full), &component, std::min<size_t>(component.size, sizeof full));
  full.size = sizeof full;
  otherwise(
      full.create,
      +[](const weft_host*, weft_val, void**, weft_error* err) noexcept -> weft_status {
        return unsupported(err, "weft_component.create");
      });
  otherwise(
      full.stop,
      +[](void*, const weft_call*, weft_out*) noexcept -> weft_status { return WEFT_OK; });
  otherwise(full.destroy, +[](void*) noexcept {});
  otherwise(full.iface, +[](void*, weft_str) noexcept -> const void* { return nullptr; });
  return full;
}

}  // namespace weft::plugin
