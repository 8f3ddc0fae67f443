#include "travel/exchange.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <set>
#include <tuple>

#include "base/encode.hpp"
#include "event/record.hpp"
#include "travel/history.hpp"
#include "travel/shipment.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

constexpr std::string_view definition_prefix = "definition/";
constexpr std::string_view blob_prefix = "blob/";
// Of one APPEND; a store keeps each as it comes, and a reader takes it whole.
constexpr size_t append_bytes = size_t{1} << 20;

// Calls each with every record of a chapter and its bytes.
template <class Each>
Result<void> for_each_record(const Chapter& chapter, Each each) {
  uint64_t seq = chapter.base ? chapter.base->seq + 1 : 1;
  for (const std::string& piece : chapter.records) {
    event::Reader reader(piece, seq);
    for (size_t at = 0; !reader.done(); ++seq) {
      auto record = reader.next();
      if (!record) return record.error();
      const size_t size = sizeof(event::Header) + record->payload.size();
      if (auto done = each(*record, std::string_view(piece).substr(at, size)); !done) return done;
      at += size;
    }
  }
  return {};
}

class Exporting final {
 public:
  Exporting(journal::Store& store, const ArchiveWriter::Write& write)
      : store_(&store), writer_(write) {}

  Result<Exported> run(const std::vector<Chapter>& chapters) {
    for (const Chapter& chapter : chapters) {
      if (auto found = find_needs(chapter); !found) return found.error();
    }
    for (const std::string& key : needs_) {
      if (auto added = add_kept(key); !added) return added.error();
    }
    for (const Chapter& chapter : chapters) {
      if (auto added = add(chapter); !added) return added.error();
    }
    if (auto finished = writer_.finish(); !finished) return finished.error();
    exported_.head = base::to_hex(writer_.head());
    return std::move(exported_);
  }

 private:
  Result<void> find_needs(const Chapter& chapter) {
    const auto need_definition = [this](Value hash) {
      if (!hash.as_text().empty()) {
        needs_.insert(std::string(definition_prefix).append(hash.as_text()));
      }
    };
    need_definition(chapter.summary.view()["definition"_k]);
    return for_each_record(chapter, [&](const event::Reader::Record& record, std::string_view) {
      std::string key = blob_key(record);
      if (!key.empty()) {
        if (needs_.insert(std::move(key)).second) ++exported_.blobs;
      } else if (record.event.type == event::Type::run_accepted ||
                 record.event.type == event::Type::run_migrated) {
        base::Doc payload(record.payload.size());
        std::memcpy(payload.data(), record.payload.data(), record.payload.size());
        need_definition(payload.view()["definition"_k]);
      }
      return Result<void>();
    });
  }

  Result<void> add_kept(const std::string& key) {
    auto kept = store_->get(key);
    if (!kept) return kept.error();
    const bool is_blob = key.starts_with(blob_prefix);
    const auto name =
        std::string_view(key).substr((is_blob ? blob_prefix : definition_prefix).size());
    return writer_.add(
        {is_blob ? PartKind::blob : PartKind::definition, name, kept->view().as_bytes()});
  }

  Result<void> add(const Chapter& chapter) {
    exported_.runs.push_back(chapter.run);
    auto added = writer_.add({PartKind::run, chapter.run, chapter.summary.bytes()});
    if (!added) return added;
    return for_each_record(chapter, [&](const event::Reader::Record&, std::string_view bytes) {
      ++exported_.records;
      return writer_.add({PartKind::record, {}, bytes});
    });
  }

  journal::Store* store_;
  ArchiveWriter writer_;
  std::set<std::string> needs_;  // keys, in an order of their own so that a file is always the same
  Exported exported_;
};

// What is to be written, and the memory that it lies in.
class Commit final {
 public:
  void put(std::string key, std::string_view bytes) {
    weft_sop& op = add(WEFT_SOP_KV_PUT, texts_.emplace_back(std::move(key)));
    op.bytes = to_str(bytes);
  }

  void append(const Shipment::Run& run) {
    uint64_t seq = run.first;
    for (size_t i = 0; i < run.records.size();) {
      std::string& bytes = texts_.emplace_back();
      const uint64_t first = seq;
      while (i < run.records.size() && (bytes.empty() || bytes.size() < append_bytes)) {
        bytes.append(run.records[i++]);
        ++seq;
      }
      weft_sop& op = add(WEFT_SOP_APPEND, run.id);
      op.seq = first;
      op.last = seq - 1;
      op.expect = first == run.first ? 0 : first - 1;
      op.bytes = to_str(bytes);
    }
    add(WEFT_SOP_RUN, run.id).val = run.summary.view().raw();
    if (run.base) put("fork/" + run.base->run + "/" + std::string(run.id), {});
  }

  Result<void> write(journal::Store& store) const {
    std::vector<const weft_sop*> ops;
    ops.reserve(ops_.size());
    for (const weft_sop& op : ops_) ops.push_back(&op);
    return store.commit(ops.data(), static_cast<uint32_t>(ops.size()));
  }

 private:
  weft_sop& add(uint32_t kind, std::string_view key) {
    weft_sop& op = ops_.emplace_back();
    op = {};
    op.size = sizeof op;
    op.kind = kind;
    op.key = to_str(key);
    return op;
  }

  std::deque<weft_sop> ops_;
  std::deque<std::string> texts_;
};

// Whether the store has the run already, as it is in the file.
Result<bool> is_present(journal::Store& store, const Shipment::Run& run) {
  std::string kept;
  auto loaded = store.load(run.id, [&](std::string_view piece) { kept.append(piece); }, 1);
  if (!loaded && loaded.error().status == Status::not_found) return false;
  if (!loaded) return loaded.error();
  std::string_view rest = kept;
  bool is_same = true;
  for (const std::string_view record : run.records) {
    is_same = is_same && rest.starts_with(record);
    rest.remove_prefix(std::min(rest.size(), record.size()));
  }
  if (is_same && rest.empty()) return true;
  return Error{Status::conflict, "import.exists",
               "the store has a run '" + std::string(run.id) + "' already, and it is another one",
               "the one of the file has " + std::to_string(run.last) +
                   " events; import it into another store to look at it"};
}

}  // namespace

std::string blob_key(const event::Reader::Record& record) {
  constexpr size_t digest_at = sizeof(weft_slot);
  const bool is_reference = (record.event.flags & event::is_blob) != 0 &&
                            record.payload.size() >= digest_at + sizeof(base::Digest);
  if (!is_reference) return {};
  return std::string(blob_prefix)
      .append(base::to_hex(record.payload.substr(digest_at, sizeof(base::Digest))));
}

Result<Exported> export_run(journal::Store& store, std::string_view run,
                            const ArchiveWriter::Write& write) {
  auto chapters = load_chapters(store, run);
  if (!chapters) return chapters.error();
  if (chapters->back().records.empty()) return no_history(run);
  return Exporting(store, write).run(*chapters);
}

Result<Imported> import_run(journal::Store& store, std::string_view file, std::string_view head) {
  // Values are read where they lie, and those are 8-aligned.
  base::Doc aligned;
  if (reinterpret_cast<uintptr_t>(file.data()) % 8 != 0) {
    aligned = base::Doc(file.size());
    if (!file.empty()) std::memcpy(aligned.data(), file.data(), file.size());
    file = aligned.bytes();
  }
  auto shipment = read_shipment(file);
  if (!shipment) return shipment.error();
  if (!head.empty() && head != base::to_hex(shipment->head)) {
    return Error{
        Status::corrupt, "import.other_file",
        "the head of the file is " + base::to_hex(shipment->head) + ", not the expected one",
        "the file is not the one that was exported then"};
  }
  Imported imported;
  imported.run = shipment->runs.back().id;
  imported.head = base::to_hex(shipment->head);
  Commit commit;
  for (const Shipment::Run& run : shipment->runs) {
    auto present = is_present(store, run);
    if (!present) return present.error();
    (*present ? imported.present : imported.added).emplace_back(run.id);
    if (*present) continue;
    imported.records += run.records.size();
    commit.append(run);
  }
  if (imported.added.empty()) return imported;
  for (const auto& [kept, prefix] : {std::tie(shipment->definitions, definition_prefix),
                                     std::tie(shipment->blobs, blob_prefix)}) {
    for (const auto& [hash, bytes] : kept) commit.put(std::string(prefix).append(hash), bytes);
  }
  imported.blobs = shipment->blobs.size();
  if (auto written = commit.write(store); !written) return written.error();
  return imported;
}

}  // namespace weft::travel
