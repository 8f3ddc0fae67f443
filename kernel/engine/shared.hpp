// Shared: values that lie beside all runs, as an engine keeps them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/doc.hpp"
#include "journal/journal.hpp"
#include "journal/store.hpp"
#include "run/shared.hpp"

namespace weft::engine {

// What was written since the latest commit counts first, then what is gone with the process, then
// the store, which is asked each time: another process may have written there.
class SharedValues final {
 public:
  // Both outlive it.
  SharedValues(journal::Store& store, journal::Journal& journal)
      : store_(&store), journal_(&journal) {}

  run::Shared lend();
  // What was written is there for good with its commit, or never was.
  void settle(bool is_committed);
  // Whether something has changed since this was asked before.
  bool take_news() { return std::exchange(has_news_, false); }
  bool has_news() const { return has_news_; }

 private:
  // What is not there is missing; what cannot be read fails the turn that wanted to know.
  Result<base::Doc> read(Result<base::Doc> found);
  static Value get(void* self, std::string_view key, Arena arena);
  static Value list(void* self, std::string_view prefix, Arena arena);
  static void put(void* self, std::string_view key, Value entry);

  bool has_news_ = false;
  journal::Store* store_;
  journal::Journal* journal_;
  std::map<std::string, base::Doc, std::less<>> staged_;    // an empty one is taken away
  std::map<std::string, base::Doc, std::less<>> fleeting_;  // of the class 'ephemeral'
};

}  // namespace weft::engine
