#include "aggregate.hpp"

#include <algorithm>
#include <string>

using namespace weft::lit;
using weft::Builder;
using weft::Result;
using weft::Value;

namespace parallel {
namespace {

weft::Error wrong_type(std::string_view aggregator, std::string_view wants) {
  const std::string name(aggregator);
  return weft::sdk::failure(
      "aggregation." + name + ".type",
      "'" + name + "' takes " + std::string(wants) + ", and a branch gave something else");
}

bool equal(Value a, Value b) {
  if (a.is_number() && b.is_number()) {
    return a.is_integer() && b.is_integer() ? a.slot()->v.u == b.slot()->v.u
                                            : a.as_f64() == b.as_f64();
  }
  if (a.tag() != b.tag() || a.size() != b.size()) return false;
  switch (a.tag()) {
    case weft::Tag::null: return true;
    case weft::Tag::boolean: return a.as_bool() == b.as_bool();
    case weft::Tag::text: return a.as_text() == b.as_text();
    case weft::Tag::bytes: return a.as_bytes() == b.as_bytes();
    case weft::Tag::array:
      for (uint32_t i = 0; i < a.size(); ++i) {
        if (!equal(a[i], b[i])) return false;
      }
      return true;
    case weft::Tag::object:
      for (uint32_t i = 0; i < a.size(); ++i) {
        const Value other = b[weft::Key(a.key(i))];
        if (!other.exists() || !equal(a[i], other)) return false;
      }
      return true;
    default: return a.slot()->v.u == b.slot()->v.u;
  }
}

// Numbers before texts before anything else, which keeps its order.
bool less(Value a, Value b) {
  const auto rank = [](Value v) { return v.is_number() ? 0 : v.is_text() ? 1 : 2; };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (a.tag() == weft::Tag::i64 && b.tag() == weft::Tag::i64) return a.as_i64() < b.as_i64();
  return rank(a) == 0 ? a.as_f64() < b.as_f64() : rank(a) == 1 && a.as_text() < b.as_text();
}

struct Mean {
  double sum = 0, weights = 0;
  void add(double value, double weight) {
    sum += value * weight;
    weights += weight;
  }
};

Result<Value> mean_of_objects(const std::vector<Success>& from, weft::Arena arena) {
  std::vector<std::pair<std::string_view, Mean>> means;  // in the order of first appearance
  for (const Success& one : from) {
    for (uint32_t i = 0; i < one.result.size(); ++i) {
      if (!one.result[i].is_number())
        return wrong_type("weighted", "numbers or objects of numbers");
      const std::string_view key = one.result.key(i);
      auto at = std::find_if(means.begin(), means.end(), [&](auto& m) { return m.first == key; });
      if (at == means.end()) at = means.insert(at, {key, {}});
      at->second.add(one.result[i].as_f64(), one.weight);
    }
  }
  Builder b(arena);
  b.begin_object();
  for (const auto& [key, mean] : means) {
    if (mean.weights > 0) b.set(weft::Key(key), mean.sum / mean.weights);
  }
  b.end_object();
  return b.take_value();
}

// All items of lists, and what is no list as an item; texts alone make one text.
Result<Value> concat(const std::vector<Success>& from, weft::Arena arena) {
  const bool all_text =
      !from.empty() &&
      std::all_of(from.begin(), from.end(), [](const Success& s) { return s.result.is_text(); });
  Builder b(arena);
  if (all_text) {
    std::string text;
    for (const Success& one : from) text += one.result.as_text();
    b.text(text);
    return b.take_value();
  }
  b.begin_array();
  for (const Success& one : from) {
    if (!one.result.is_array()) b.link(one.result);
    for (uint32_t i = 0; one.result.is_array() && i < one.result.size(); ++i) b.link(one.result[i]);
  }
  b.end_array();
  return b.take_value();
}

// A later branch wins where two have the same key.
Result<Value> merge_objects(const std::vector<Success>& from, weft::Arena arena) {
  std::vector<std::pair<std::string_view, Value>> entries;
  for (const Success& one : from) {
    if (!one.result.is_object()) return wrong_type("merge_objects", "objects");
    for (uint32_t i = 0; i < one.result.size(); ++i) {
      const std::string_view key = one.result.key(i);
      const auto at =
          std::find_if(entries.begin(), entries.end(), [&](auto& e) { return e.first == key; });
      at != entries.end() ? void(at->second = one.result[i])
                          : void(entries.emplace_back(key, one.result[i]));
    }
  }
  Builder b(arena);
  b.begin_object();
  for (const auto& [key, value] : entries) b.set(weft::Key(key), value);
  b.end_object();
  return b.take_value();
}

// The first of those that are equal, as a whole or in one member; sorted by a member if asked.
Result<Value> merge_dedupe(Value options, const std::vector<Success>& from, weft::Arena arena) {
  const auto member = [](Value item, Value name) {
    return name.exists() && item.is_object() ? item[weft::Key(name.as_text())] : item;
  };
  auto all = concat(from, arena);
  if (!all || !all->is_array()) return wrong_type("merge_dedupe", "lists");
  std::vector<Value> kept;
  for (const Value item : *all) {
    const Value own = member(item, options["by"_k]);
    const bool is_there = std::any_of(kept.begin(), kept.end(), [&](Value other) {
      return equal(member(other, options["by"_k]), own);
    });
    if (!is_there) kept.push_back(item);
  }
  if (options["sort"_k].exists()) {
    std::stable_sort(kept.begin(), kept.end(), [&](Value a, Value b) {
      return less(member(a, options["sort"_k]), member(b, options["sort"_k]));
    });
  }
  Builder b(arena);
  b.begin_array();
  for (const Value item : kept) b.link(item);
  b.end_array();
  return b.take_value();
}

// What most branches gave; of several, what the earliest gave.
Value majority(const std::vector<Success>& from) {
  std::vector<std::pair<Value, uint32_t>> counts;
  for (const Success& one : from) {
    const auto at = std::find_if(counts.begin(), counts.end(),
                                 [&](auto& c) { return equal(c.first, one.result); });
    at != counts.end() ? void(++at->second) : void(counts.emplace_back(one.result, 1));
  }
  return std::max_element(counts.begin(), counts.end(),
                          [](auto& a, auto& b) { return a.second < b.second; })
      ->first;
}

Result<Value> sum(const std::vector<Success>& from, weft::Arena arena) {
  int64_t whole = 0;
  double broken = 0;
  bool is_whole = true;
  for (const Success& one : from) {
    if (!one.result.is_number()) return wrong_type("sum", "numbers");
    broken += one.result.as_f64();
    is_whole = is_whole && one.result.tag() == weft::Tag::i64 &&
               !__builtin_add_overflow(whole, one.result.as_i64(), &whole);
  }
  Builder b(arena);
  is_whole ? b.integer(whole) : b.number(broken);
  return b.take_value();
}

Result<Value> extreme(std::string_view name, const std::vector<Success>& from) {
  const bool is_text = from.front().result.is_text();
  for (const Success& one : from) {
    if (is_text ? !one.result.is_text() : !one.result.is_number()) {
      return wrong_type(name, "numbers, or texts");
    }
  }
  const auto by = [](const Success& a, const Success& b) { return less(a.result, b.result); };
  return (name == "min" ? std::min_element(from.begin(), from.end(), by)
                        : std::max_element(from.begin(), from.end(), by))
      ->result;
}

}  // namespace

Result<Value> weighted_mean(const std::vector<Success>& from, weft::Arena arena) {
  const auto all = [&](auto is) {
    return std::all_of(from.begin(), from.end(), [&](const Success& s) { return is(s.result); });
  };
  Mean mean;
  for (const Success& one : from) mean.add(one.result.as_f64(), one.weight);
  if (!(mean.weights > 0)) {
    return weft::sdk::failure("aggregation.weighted.weights",
                              "the branches that succeeded have no weight");
  }
  if (all([](Value v) { return v.is_object(); })) return mean_of_objects(from, arena);
  if (!all([](Value v) { return v.is_number(); })) {
    return wrong_type("weighted", "numbers or objects of numbers");
  }
  Builder b(arena);
  b.number(mean.sum / mean.weights);
  return b.take_value();
}

Result<Value> aggregate(Value named, const std::vector<Success>& from, weft::Arena arena) {
  const std::string_view name = named.is_object() ? named.key(0) : named.as_text();
  if (name == "concat") return concat(from, arena);
  if (name == "merge_objects") return merge_objects(from, arena);
  if (name == "merge_dedupe") return merge_dedupe(named["merge_dedupe"_k], from, arena);
  if (name == "sum") return sum(from, arena);
  if (from.empty()) {
    return weft::sdk::failure("aggregation." + std::string(name) + ".empty",
                              "no branch succeeded, so there is nothing to choose from");
  }
  return name == "majority" ? Result<Value>(majority(from)) : extreme(name, from);
}

}  // namespace parallel
