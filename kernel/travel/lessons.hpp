// Lessons: what was learned of many runs, by condition, and the numbers of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <weft/learned.hpp>

#include "base/doc.hpp"

namespace weft::travel {

// The decisions of one condition of definitions that differ in nothing but 'learning' and
// 'adaptive'. Values are those of learn.hpp and lie in the lessons.
struct Asked {
  std::string at, text, basis;
  std::vector<Value> decisions;
  std::vector<std::string_view> runs;  // of each
};

// Each run once: what is added of it later takes the place of what was known.
class Lessons final {
 public:
  void add(base::Doc learned);

  std::vector<Asked> conditions() const;  // by place
  // What ended at a time or before is not counted.
  Learned statistics(std::string_view workflow, int64_t reset_ns) const;
  void drop_until(int64_t ended_ns);

 private:
  std::map<std::string, base::Doc, std::less<>> runs_;
};

}  // namespace weft::travel
