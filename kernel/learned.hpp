// What is learned of runs that have ended, and what people made of it for those to come.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel_rooms.hpp"
#include "travel/canon.hpp"

namespace weft {

// Of a run by its summary.
bool has_ended(Value summary);

// Decisions of runs of the store, read from their journals.
class LearnedRuns final {
 public:
  explicit LearnedRuns(Kernel::Rooms& rooms) : rooms_(&rooms), canons_(rooms.catalog) {}

  // Of a run by its summary, as in travel/learn.hpp; null when there are none.
  Result<base::Doc> of(Value summary);
  travel::Canons& canons() { return canons_; }

 private:
  Result<std::shared_ptr<const plan::Plan>> plan_of(Value named);

  Kernel::Rooms* rooms_;
  travel::Canons canons_;
  std::map<std::string, std::shared_ptr<const plan::Plan>> plans_;  // shared with who reads records
  std::map<std::string, bool, std::less<>> learns_;                 // by digest of the definition
};

// What a store is to keep under a key.
struct Kept {
  std::string key;
  base::Doc value;
};
std::string learned_key(Value summary);
weft_sop putting(const Kept& kept);

// A workflow as it is started now.
struct Adapted {
  std::shared_ptr<const engine::Bindings> bindings;  // shared with its runs
  std::string basis, definition;                     // of what it was made from
  std::vector<std::string> proposals;                // that made it what it is; none: nothing did

  // As its acceptance says it; nothing where nothing was adapted.
  void write(Builder& b) const;
};
Result<Adapted> adapt(Kernel::Rooms& rooms, const Workflow::Body& body);

// What was accepted for definitions of this basis, in the order in which it was.
Result<std::vector<base::Doc>> accepted_of(journal::Store& store, std::string_view basis);
std::string accepted_key(std::string_view basis, std::string_view id);
// The definition with these on it.
Result<base::Doc> with_accepted(Value definition, const std::vector<Value>& accepted);

// Hands over every value under a prefix that is whole.
Result<void> each_kept(journal::Store& store, std::string_view prefix,
                       const std::function<void(std::string_view key, Value value)>& each);

}  // namespace weft
