#include "travel/contrast.hpp"

#include <algorithm>

#include "base/compare.hpp"
#include "base/path.hpp"

namespace weft::travel {
namespace {

// Narrows to the first member that differs. Requires: the two differ.
void narrow(Contrast& at) {
  const Value a = at.first, b = at.second;
  const auto enter = [&](auto segment, Value left, Value right) {
    base::append_segment(at.pointer, segment);
    at.first = left;
    at.second = right;
    if (left.exists() && right.exists()) narrow(at);
  };
  if (a.is_array() && b.is_array()) {
    for (uint32_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      if (i >= a.size() || i >= b.size() || !base::equal(a[i], b[i])) {
        return enter(i, i < a.size() ? a[i] : Value(), i < b.size() ? b[i] : Value());
      }
    }
  }
  if (!a.is_object() || !b.is_object()) return;
  for (uint32_t i = 0; i < a.size(); ++i) {
    const Value other = b[Key(a.key(i))];
    if (!other.exists() || !base::equal(a[i], other)) return enter(a.key(i), a[i], other);
  }
  for (uint32_t i = 0; i < b.size(); ++i) {
    if (!a[Key(b.key(i))].exists()) return enter(b.key(i), Value(), b[i]);
  }
}

}  // namespace

std::optional<Contrast> contrast(Value first, Value second) {
  if (first.exists() == second.exists() && base::equal(first, second)) return {};
  Contrast found{{}, first, second};
  if (first.exists() && second.exists()) narrow(found);
  return found;
}

void fill(Divergence& divergence, const Contrast& found) {
  divergence.pointer = found.pointer;
  if (found.first.exists()) divergence.first = Document::copy(found.first);
  if (found.second.exists()) divergence.second = Document::copy(found.second);
}

}  // namespace weft::travel
