// WEFT_FIELDS: a plain struct as the arguments or the result of a tool.
//
//   struct In {
//     std::string_view path;
//     int64_t limit = 100;
//     WEFT_FIELDS(In, path, limit);
//   };
//
// A field that is absent or null keeps its default. A member named default_ is the field 'default'.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <weft/sdk/failure.hpp>
#include <weft/value.hpp>

#define WEFT_FIELDS(T, ...)                                               \
  auto weft_tie() { return std::tie(__VA_ARGS__); }                       \
  auto weft_tie() const { return std::tie(__VA_ARGS__); }                 \
  static constexpr std::string_view weft_names() { return #__VA_ARGS__; } \
  static_assert(sizeof(T*) != 0)

namespace weft::sdk {

template <class T>
concept Fields = requires(T& t) {
  t.weft_tie();
  T::weft_names();
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr size_t field_count =
    std::tuple_size_v<decltype(std::declval<const T&>().weft_tie())>;

// The names of the fields of T with their hashes, from the text of the macro's arguments.
template <Fields T>
consteval std::array<Key, field_count<T>> split_names() {
  std::array<Key, field_count<T>> keys;
  std::string_view rest = T::weft_names();
  for (Key& key : keys) {
    const size_t comma = rest.find(',');
    std::string_view name = rest.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ') || name.ends_with('_')) name.remove_suffix(1);
    key = Key(name);
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  }
  return keys;
}
template <Fields T>
inline constexpr auto keys_of = split_names<T>();

// Where a value did not fit its field, and what was expected there.
struct Misfit {
  std::string pointer;
  std::string_view expected;

  [[gnu::cold, gnu::noinline]] bool under(std::string_view name) {
    pointer = std::string("/").append(name).append(pointer);
    return false;
  }
};

// What a field expects, in the words of JSON Schema.
template <class T>
constexpr std::string_view type_name() {
  if constexpr (is_optional<T>) {
    return type_name<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return "boolean";
  } else if constexpr (std::is_integral_v<T>) {
    return "integer";
  } else if constexpr (std::is_floating_point_v<T>) {
    return "number";
  } else if constexpr (is_list<T>) {
    return "array";
  } else if constexpr (Fields<T>) {
    return "object";
  } else if constexpr (std::is_same_v<T, Value>) {
    return "any";
  } else {
    static_assert(
        std::is_convertible_v<std::string_view, T> || std::is_constructible_v<T, std::string_view>,
        "WEFT_FIELDS: this type is none of bool, integer, double, text, Value, "
        "optional, vector, or a struct with WEFT_FIELDS");
    return "string";
  }
}

struct FieldShape {
  std::string_view name, type;
  bool is_optional;
};

template <Fields T, size_t... I>
consteval auto shapes_of(std::index_sequence<I...>) {
  using Tie = decltype(std::declval<const T&>().weft_tie());
  return std::array<FieldShape, sizeof...(I)>{FieldShape{
      keys_of<T>[I].view(), type_name<std::remove_cvref_t<std::tuple_element_t<I, Tie>>>(),
      is_optional<std::remove_cvref_t<std::tuple_element_t<I, Tie>>>}...};
}
// Name and type of every field, which a checker compares with the schema of the manifest.
template <Fields T>
inline constexpr auto describe = shapes_of<T>(std::make_index_sequence<field_count<T>>());

template <class T>
bool read_integer(Value v, T& to) {
  if (v.tag() == Tag::i64) {
    to = static_cast<T>(v.as_i64());
    return std::in_range<T>(v.as_i64());
  }
  if (v.tag() == Tag::u64) {
    to = static_cast<T>(v.as_u64());
    return std::in_range<T>(v.as_u64());
  }
  const double number = v.as_f64();  // 3.0 is an integer in JSON Schema
  if (v.tag() != Tag::f64 || !(number >= -0x1p63 && number < 0x1p63)) return false;
  const auto whole = static_cast<int64_t>(number);
  to = static_cast<T>(whole);
  return static_cast<double>(whole) == number && std::in_range<T>(whole);
}

template <Fields T>
bool read_fields(Value v, T& to, Misfit& misfit);

template <class T>
bool read(Value v, T& to, Misfit& misfit) {
  if constexpr (std::is_same_v<T, Value>) {
    to = v;
    return true;
  } else if constexpr (is_optional<T>) {
    return read(v, to.emplace(), misfit);
  } else if constexpr (Fields<T>) {
    return read_fields(v, to, misfit);
  } else if constexpr (is_list<T>) {
    if (v.is_array()) {
      to.clear();
      to.reserve(v.size());
      for (uint32_t i = 0; i < v.size(); ++i) {
        typename T::value_type item{};
        if (!read(v[i], item, misfit)) return misfit.under(std::to_string(i));
        to.push_back(std::move(item));
      }
      return true;
    }
  } else if constexpr (std::is_same_v<T, bool>) {
    to = v.as_bool();
    if (v.is_boolean()) return true;
  } else if constexpr (std::is_integral_v<T>) {
    if (read_integer(v, to)) return true;
  } else if constexpr (std::is_floating_point_v<T>) {
    to = static_cast<T>(v.as_f64());
    if (v.is_number()) return true;
  } else {
    to = T(v.as_text());
    if (v.is_text()) return true;
  }
  misfit.expected = type_name<T>();
  return false;
}

template <Fields T, size_t... I>
bool read_entry(const weft_slot* key, Value v, T& to, Misfit& misfit, std::index_sequence<I...>) {
  auto tie = to.weft_tie();
  const auto is_named = [key](const Key& k) {
    return key->hint == k.hint && key->len == k.n && std::memcmp(weft_payload(key), k.p, k.n) == 0;
  };
  size_t at = 0;
  bool fits = true;
  const bool found = ((is_named(keys_of<T>[I]) &&
                       (at = I, fits = v.is_null() || read(v, std::get<I>(tie), misfit), true)) ||
                      ...);
  if (found && !fits) return misfit.under(keys_of<T>[at].view());
  return fits;
}

template <Fields T>
bool read_fields(Value v, T& to, Misfit& misfit) {
  if (!v.is_object()) {
    misfit.expected = "object";
    return v.is_null();
  }
  const weft_slot* object = v.slot();
  const size_t step = (object->flags & WEFT_SHAPED) != 0 ? 1 : 2;
  const weft_slot* key = weft_key_at(object, 0);
  const weft_slot* value = weft_at(object, 0);
  for (uint32_t i = 0; i < object->len; ++i, key += step, value += step) {
    const auto all = std::make_index_sequence<field_count<T>>();
    if (!read_entry(key, Value(value), to, misfit, all)) return false;
  }
  return true;
}

[[gnu::cold, gnu::noinline]] inline Error misfit_error(const Misfit& misfit) {
  std::string text = misfit.pointer.empty() ? "the arguments" : "'" + misfit.pointer + "'";
  text.append(" must be of type ").append(misfit.expected);
  Error e = failure("tool.invalid_argument", text);
  e.where.pointer = misfit.pointer;
  return e;
}

// Fills the fields of `to` in one pass over an object; entries that are no field are passed over.
template <Fields T>
Result<void> bind(Value v, T& to) {
  Misfit misfit;
  if (read_fields(v, to, misfit)) return {};
  return misfit_error(misfit);
}

// Adds anything that a field may be to a builder. An empty optional is left out of its object.
template <class T>
void put(Builder& b, const T& v) {
  if constexpr (Fields<T>) {
    b.begin_object();
    const auto tie = v.weft_tie();
    [&]<size_t... I>(std::index_sequence<I...>) {
      const auto entry = [&b](const Key& key, const auto& item) {
        if constexpr (is_optional<std::remove_cvref_t<decltype(item)>>) {
          if (!item.has_value()) return;
        }
        b.key(key);
        put(b, item);
      };
      (entry(keys_of<T>[I], std::get<I>(tie)), ...);
    }(std::make_index_sequence<field_count<T>>());
    b.end_object();
  } else if constexpr (is_optional<T>) {
    v.has_value() ? put(b, *v) : b.null();
  } else if constexpr (is_list<T>) {
    b.begin_array();
    for (const auto& item : v) put(b, static_cast<const typename T::value_type&>(item));
    b.end_array();
  } else if constexpr (std::is_floating_point_v<T>) {
    b.number(static_cast<double>(v));
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    b.text(v);
  } else {
    b.add(v);
  }
}

}  // namespace weft::sdk
