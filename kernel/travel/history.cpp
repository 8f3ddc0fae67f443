#include "travel/history.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "event/record.hpp"
#include "journal/recover.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

// The header at an offset, when it and what it covers are there.
std::optional<event::Header> header_at(std::string_view piece, size_t at) {
  event::Header h;
  if (piece.size() - at < sizeof h) return {};
  std::memcpy(&h, piece.data() + at, sizeof h);
  if (h.size < sizeof h || h.size > piece.size() - at) return {};
  return h;
}

Error damaged_base(std::string_view what) {
  return {Status::corrupt, "journal.damaged", "the first record " + std::string(what),
          "restore the store from a backup"};
}

Result<Chapter> load_chapter(journal::Store& store, std::string_view run) {
  Chapter chapter;
  chapter.run = run;
  auto summary = store.load(
      run,
      [&](std::string_view piece) {
        if (!piece.empty()) chapter.records.emplace_back(piece);
      },
      1);
  if (!summary) return summary.error();
  chapter.summary = std::move(*summary);
  auto base = base_of(chapter.records);
  if (!base) return base.error();
  chapter.base = std::move(*base);
  const uint64_t begin = chapter.base ? chapter.base->seq + 1 : 1;
  const uint64_t first = first_seq(chapter.records);
  if (first <= begin) return chapter;
  return Error{Status::not_found, "run.history_forgotten",
               "run '" + chapter.run + "' kept its events from " + std::to_string(first) +
                   " on, what came before was forgotten",
               "'weft show " + chapter.run + "' tells how it stands"};
}

}  // namespace

Error no_history(std::string_view run) {
  return {Status::not_found, "run.no_history", "run '" + std::string(run) + "' kept no events",
          "its definition says 'durability: none', or the store is volatile"};
}

uint64_t first_seq(const std::vector<std::string>& records) {
  if (records.empty()) return 0;
  const auto header = header_at(records.front(), 0);
  // What is damaged says nothing.
  return header && event::Reader(records.front(), header->seq).next() ? header->seq : 0;
}

Result<std::optional<Branch>> base_of(const std::vector<std::string>& records) {
  const uint64_t seq = first_seq(records);
  const auto header = seq != 0 ? header_at(records.front(), 0) : std::nullopt;
  if (!header || header->type != static_cast<uint8_t>(event::Type::run_forked)) {
    return std::optional<Branch>();
  }
  auto record = event::Reader(records.front(), seq).next();
  if (!record) return record.error();
  base::Doc payload(record->payload.size());
  std::memcpy(payload.data(), record->payload.data(), record->payload.size());
  Branch branch{std::string(payload.view()["run"_k].as_text()), payload.view()["seq"_k].as_u64()};
  if (branch.run.empty() || branch.seq + 1 != seq) return damaged_base("names no base");
  return std::optional(std::move(branch));
}

Result<std::vector<Chapter>> load_chapters(journal::Store& store, std::string_view run) {
  std::vector<Chapter> chapters;
  for (std::string next(run); !next.empty();) {
    if (chapters.size() == base::limits::fork_depth) {
      return damaged_base("belongs to a fork of too many forks");
    }
    auto chapter = load_chapter(store, next);
    if (!chapter && !chapters.empty() && chapter.error().status == Status::not_found) {
      return Error{Status::not_found, "run.base_missing",
                   "run '" + next + "', from which '" + chapters.back().run +
                       "' was forked, is not whole in the store: " + chapter.error().message,
                   "import it again, or restore the store from a backup"};
    }
    if (!chapter) return chapter.error();
    next = chapter->base ? chapter->base->run : std::string();
    chapters.push_back(std::move(*chapter));
  }
  std::reverse(chapters.begin(), chapters.end());
  return chapters;
}

void cut_behind(std::vector<std::string>& records, uint64_t seq) {
  for (size_t i = 0; i < records.size(); ++i) {
    std::string& piece = records[i];
    for (size_t at = 0; at < piece.size();) {
      const auto header = header_at(piece, at);
      if (!header) return;
      if (header->seq > seq) {
        piece.resize(at);
        records.resize(at == 0 ? i : i + 1);
        return;
      }
      at += header->size;
    }
  }
}

Result<History> join(std::vector<Chapter> chapters) {
  History history;
  // A fork may have left its base before its base left another run.
  uint64_t last = UINT64_MAX;
  for (size_t i = chapters.size(); i > 0; --i) {
    cut_behind(chapters[i - 1].records, last);
    if (chapters[i - 1].base) last = std::min(last, chapters[i - 1].base->seq);
  }
  for (Chapter& chapter : chapters) {
    std::move(chapter.records.begin(), chapter.records.end(), std::back_inserter(history.records));
  }
  history.run = std::move(chapters.back().run);
  history.summary = std::move(chapters.back().summary);
  if (history.records.empty()) return history;
  auto acceptance = journal::acceptance_of(history.records.front());
  if (!acceptance) return acceptance.error();
  history.acceptance = std::move(*acceptance);
  return history;
}

Result<History> load_history(journal::Store& store, std::string_view run) {
  auto chapters = load_chapters(store, run);
  if (!chapters) return chapters.error();
  return join(std::move(*chapters));
}

}  // namespace weft::travel
