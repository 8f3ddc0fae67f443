// Exported runs: whatever is accepted is written again byte for byte, and nothing else is read.
#include <cstring>
#include <vector>

#include "base/crc32c.hpp"
#include "base/doc.hpp"
#include "base/encode.hpp"
#include "base/json.hpp"
#include "event/record.hpp"
#include "fuzz.hpp"
#include "travel/archive.hpp"
#include "travel/shipment.hpp"

using weft::fuzz::claim;
using namespace weft;
using travel::Part;
using travel::PartKind;

namespace {

std::string packed(std::string_view json) {
  base::Blocks blocks;
  return std::string(base::pack(*base::parse_json(json, blocks.arena())).bytes());
}

std::string record(uint64_t seq, event::Type type, std::string_view json) {
  const std::string payload = packed(json);
  event::Header header{static_cast<uint32_t>(sizeof header + payload.size()),
                       0,
                       static_cast<uint8_t>(type),
                       event::has_payload,
                       0,
                       event::no_frame,
                       seq,
                       7,
                       event::no_node,
                       0};
  std::string bytes(header.size, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, payload.data(), payload.size());
  header.crc = base::crc32c(bytes.data() + 8, bytes.size() - 8);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

std::string written(const std::vector<Part>& parts) {
  std::string file;
  const travel::ArchiveWriter::Write write = [&](std::string_view bytes) {
    file.append(bytes);
    return Result<void>();
  };
  travel::ArchiveWriter writer(write);
  for (const Part& part : parts) claim(bool(writer.add(part)), "a part is written");
  claim(bool(writer.finish()), "a head is written");
  return file;
}

// A file whose chain is right, whatever its parts are: so that what stands behind the chain is
// reached too. The bytes are cut into parts by their first bytes.
std::string chained(std::string_view bytes) {
  std::vector<Part> parts;
  while (bytes.size() > 2) {
    const auto kind = static_cast<PartKind>(1 + static_cast<uint8_t>(bytes[0]) % 4);
    const size_t body = std::min<size_t>(static_cast<uint8_t>(bytes[1]) * 8U, bytes.size() - 2);
    const std::string_view name = kind == PartKind::run ? "r" : "";
    parts.push_back({kind, name, bytes.substr(2, body)});
    bytes.remove_prefix(2 + body);
  }
  return written(parts);
}

void check(std::string_view input) {
  base::Doc file(input.size());  // a buffer of its own size, so that a sanitizer sees the end
  if (!input.empty()) std::memcpy(file.data(), input.data(), input.size());
  travel::ArchiveReader reader(file.bytes());
  std::vector<Part> parts;
  while (!reader.done()) {
    const auto part = reader.next();
    if (!part) {
      claim(!part.error().message.empty(), "a refusal has a reason");
      claim(!travel::read_shipment(file.bytes()), "what has a damaged part is no shipment");
      return;
    }
    if (!reader.done()) parts.push_back(*part);
  }
  claim(written(parts) == input, "what is accepted is written again as it was");
  const auto shipment = travel::read_shipment(file.bytes());
  if (!shipment) return;
  for (const auto& run : shipment->runs) {
    claim(run.records.size() == run.last - run.first + 1, "sequences have no gap");
    claim(run.base || run.first == 1, "a run without a base begins with 1");
  }
}

}  // namespace

std::vector<std::string> weft::fuzz::seeds() {
  const std::string hash(64, 'a');
  const std::string definition = packed(R"({"id":"x","steps":[]})");
  const std::string summary = packed(R"({"id":"r","definition":")" + hash + R"("})");
  const std::string other = packed(R"({"id":"f","definition":")" + hash + R"("})");
  const std::string blob = "a payload of its own";
  const std::string blob_hash = base::to_hex(base::sha256(blob));
  const std::string first = record(1, event::Type::run_accepted, R"({"id":"r","input":{}})");
  const std::string second = record(2, event::Type::run_started, R"("now")");
  const std::string fork = record(2, event::Type::run_forked, R"({"run":"r","seq":1})");
  const Part part{PartKind::definition, hash, definition}, run{PartKind::run, "r", summary};
  std::string loose;
  for (const std::string& body : {summary, first, second}) {
    loose += static_cast<char>(body == summary ? 2 : 3);
    loose += static_cast<char>(body.size() / 8);
    loose += body;
  }
  return {written({part, run, {PartKind::record, "", first}, {PartKind::record, "", second}}),
          written({part,
                   {PartKind::blob, blob_hash, blob},
                   run,
                   {PartKind::record, "", first},
                   {PartKind::run, "f", other},
                   {PartKind::record, "", fork}}),
          written({}), loose};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  check(input);
  check(chained(input));
  return 0;
}
