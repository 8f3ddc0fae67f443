#include "travel/shipment.hpp"

#include <algorithm>
#include <cstring>

#include "base/encode.hpp"
#include "base/valid.hpp"
#include "event/record.hpp"
#include "travel/exchange.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

Error wrong(std::string message) {
  return {Status::corrupt, "import.damaged", std::move(message),
          "export the run again, from a store that 'weft verify' finds whole"};
}

Result<base::Doc> value_of(std::string_view bytes, const std::string& what) {
  base::Doc doc(bytes.size());
  if (!bytes.empty()) std::memcpy(doc.data(), bytes.data(), bytes.size());
  if (bytes.empty() || !base::validate(doc.data(), bytes.size())) {
    return wrong(what + " is a malformed value");
  }
  return doc;
}

class Reading final {
 public:
  explicit Reading(std::string_view file) : reader_(file) {}

  Result<Shipment> read() {
    while (true) {
      auto part = reader_.next();
      if (!part) return part.error();
      if (part->kind == PartKind::head) break;
      if (auto taken = take(*part); !taken) return taken.error();
    }
    if (shipment_.runs.empty()) return wrong("the file holds no run");
    for (const Shipment::Run& run : shipment_.runs) {
      if (auto checked = check(run); !checked) return checked.error();
    }
    shipment_.head = reader_.head();
    return std::move(shipment_);
  }

 private:
  Result<void> take(const Part& part) {
    switch (part.kind) {
      case PartKind::definition: return take_definition(part);
      case PartKind::blob: return take_blob(part);
      case PartKind::run: return take_run(part);
      default: return take_record(part);
    }
  }

  Result<void> take_definition(const Part& part) {
    auto value = value_of(part.body, "the definition " + std::string(part.name));
    if (!value) return value.error();
    shipment_.definitions.emplace(part.name, part.body);
    return {};
  }

  Result<void> take_blob(const Part& part) {
    if (base::to_hex(base::sha256(part.body)) != part.name) {
      return wrong("the blob " + std::string(part.name) + " has another hash");
    }
    shipment_.blobs.emplace(part.name, part.body);
    return {};
  }

  Result<void> take_run(const Part& part) {
    const std::string id(part.name);
    auto summary = value_of(part.body, "the summary of run '" + id + "'");
    if (!summary) return summary.error();
    const bool is_known =
        std::any_of(shipment_.runs.begin(), shipment_.runs.end(),
                    [&](const Shipment::Run& run) { return run.id == part.name; });
    if (id.empty() || is_known || summary->view()["id"_k].as_text() != id) {
      return wrong("run '" + id + "' is not named as in its summary, or comes twice");
    }
    Shipment::Run& run = shipment_.runs.emplace_back();
    run.id = part.name;
    run.summary = std::move(*summary);
    return {};
  }

  Result<void> take_record(const Part& part) {
    if (shipment_.runs.empty()) return wrong("a record belongs to no run");
    Shipment::Run& run = shipment_.runs.back();
    if (run.records.empty()) {
      const std::vector<std::string> first{std::string(part.body)};
      auto base = base_of(first);
      if (!base) return base.error();
      run.base = std::move(*base);
      run.first = run.base ? run.base->seq + 1 : 1;
      run.last = run.first - 1;
    }
    const std::string where = " of run '" + std::string(run.id) + "'";
    event::Reader reader(part.body, run.last + 1);
    auto record = reader.next();
    if (!record) return wrong(record.error().message + where);
    if (!reader.done()) return wrong("record " + std::to_string(run.last + 1) + where + " is two");
    const std::string key = blob_key(*record);
    if (!key.empty() && !shipment_.blobs.contains(std::string_view(key).substr(5))) {
      return wrong("record " + std::to_string(run.last + 1) + where + " has its value elsewhere");
    }
    const bool is_acceptance = record->event.type == event::Type::run_accepted;
    if (is_acceptance != (record->event.seq == 1)) return wrong("a run" + where + " begins twice");
    run.records.push_back(part.body);
    ++run.last;
    return {};
  }

  Result<void> check(const Shipment::Run& run) {
    const std::string id(run.id);
    if (run.records.empty()) return wrong("run '" + id + "' has no records");
    const auto definition = run.summary.view()["definition"_k].as_text();
    if (!shipment_.definitions.contains(definition)) {
      return wrong("the definition of run '" + id + "' is not in the file");
    }
    if (!run.base) return {};
    for (const Shipment::Run& base : shipment_.runs) {
      if (&base == &run) break;
      if (base.id == run.base->run && base.last >= run.base->seq) return {};
    }
    return wrong("run '" + run.base->run + "', from which '" + id +
                 "' was forked, is not before it");
  }

  ArchiveReader reader_;
  Shipment shipment_;
};

}  // namespace

Result<Shipment> read_shipment(std::string_view file) { return Reading(file).read(); }

}  // namespace weft::travel
