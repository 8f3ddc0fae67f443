#include "store_host.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "../conformance/subject.hpp"

namespace weft::test {

using lit::operator""_k;

namespace {

// The document that makes the place one of two layers; both have some of the keys of the suite.
std::string described(const std::string& path, const std::string& layers) {
  const size_t space = layers.find(' ');
  const std::string file = path + ".layers.json";
  if (std::filesystem::exists(file)) return file;
  std::ofstream(file) << R"({"layers": [{"name": "local", "at": ")" << layers.substr(0, space)
                      << ':' << path << R"("}, {"name": "shared", "at": ")"
                      << layers.substr(space + 1) << ':' << path
                      << R"(-shared", "keys": ["k", "m", "n", "p/", "large", "gone"]}]})";
  return file;
}

// The component of a store plugin that lies beside the one under test.
const weft_component* neighbour(const std::string& scheme) {
  const std::filesystem::path file = std::filesystem::path(std::getenv("WEFT_PLUGIN_FILE"))
                                         .replace_filename("store." + scheme + ".so");
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const void* found = library != nullptr ? dlsym(library, "weft_plugin_v1") : nullptr;
  return found != nullptr ? static_cast<const weft_plugin*>(found)->component(0) : nullptr;
}

void say(weft_error* error, std::string_view text) {
  error->msg_len = static_cast<uint32_t>(text.copy(error->msg, sizeof error->msg));
}

}  // namespace

Batch::Batch() : memory_(std::make_unique<Memory>()) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;

weft_sop& Batch::raw(uint32_t kind, std::string_view key, std::string_view bytes) {
  weft_sop op{};
  op.size = sizeof op;
  op.kind = kind;
  op.key = to_str(texts_.emplace_back(key));
  op.bytes = to_str(texts_.emplace_back(bytes));
  return ops_.emplace_back(op);
}

Batch& Batch::append(std::string_view run, uint64_t first, uint64_t last, std::string_view bytes) {
  weft_sop& op = raw(WEFT_SOP_APPEND, run, bytes);
  op.seq = first;
  op.last = last;
  op.expect = first - 1;
  return *this;
}

// Linked on purpose: the value reaches into memory that the batch alone keeps.
Batch& Batch::summary(std::string_view run, std::string_view status) {
  weft_sop& op = raw(WEFT_SOP_RUN, run);
  Builder inner(memory_->arena());
  inner.begin_array();
  inner.text("nightly");
  inner.text("a tag of more than seven bytes");
  inner.end_array();
  const Value tags = inner.take_value();
  Builder b(memory_->arena());
  b.begin_object();
  b.set("status"_k, status);
  b.set("workflow"_k, std::string_view("hello world"));
  b.set("tags"_k, tags);
  b.set("created_ns"_k, int64_t{1'700'000'000'000'000'000});
  b.end_object();
  op.val = b.take();
  return *this;
}

Batch& Batch::snapshot(std::string_view run, uint64_t seq, std::string_view bytes,
                       uint64_t expect) {
  weft_sop& op = raw(WEFT_SOP_SNAPSHOT, run, bytes);
  op.seq = seq;
  op.expect = expect;
  return *this;
}
Batch& Batch::truncate(std::string_view run, uint64_t seq) {
  raw(WEFT_SOP_TRUNCATE, run).seq = seq;
  return *this;
}
Batch& Batch::put(std::string_view key, std::string_view bytes) {
  raw(WEFT_SOP_KV_PUT, key, bytes);
  return *this;
}
Batch& Batch::put_new(std::string_view key, std::string_view bytes) {
  raw(WEFT_SOP_KV_PUT, key, bytes).last = 1;
  return *this;
}
Batch& Batch::forget(std::string_view run) {
  raw(WEFT_SOP_FORGET, run);
  return *this;
}
Batch& Batch::fork(std::string_view run, uint64_t seq, std::string_view bytes) {
  append(run, seq, bytes);
  ops_.back().expect = 0;
  return *this;
}
Batch& Batch::erase(std::string_view key) {
  raw(WEFT_SOP_KV_DELETE, key);
  return *this;
}
Batch& Batch::outbox(std::string_view key, std::string_view bytes) {
  raw(WEFT_SOP_OUTBOX, key, bytes);
  return *this;
}
Batch& Batch::timer(std::string_view run, uint64_t seq, int64_t at_ns) {
  weft_sop& op = raw(WEFT_SOP_TIMER_SET, run);
  op.seq = seq;
  op.at_ns = at_ns;
  return *this;
}
Batch& Batch::no_timer(std::string_view run, uint64_t seq) {
  raw(WEFT_SOP_TIMER_DELETE, run).seq = seq;
  return *this;
}

std::vector<const weft_sop*> Batch::view() const {
  std::vector<const weft_sop*> ops;
  for (const weft_sop& op : ops_) ops.push_back(&op);
  return ops;
}

std::vector<std::string> Reply::texts(Key list) const {
  std::vector<std::string> found;
  for (const Value v : value[list]) found.emplace_back(v.as_text());
  return found;
}

StoreHost::StoreHost(const Place& place) : component_(plugin().component(0)) {
  host_.size = sizeof host_;
  host_.minor = WEFT_HOST_MINOR;
  host_.h = this;
  host_.name = to_str("test");
  host_.version = to_str("1");
  host_.log_mask = &log_mask_;
  host_.emit = &StoreHost::emit;
  host_.arena_grow = &Memory::grow;
  host_.service = [](void* h, weft_str id) noexcept -> const void* {
    return to_view(id) == WEFT_SVC_STORES_ID ? &static_cast<StoreHost*>(h)->stores_ : nullptr;
  };
  host_.log = [](void*, uint32_t, weft_str, weft_val) noexcept {};
  stores_ = {sizeof stores_, 0, this, &StoreHost::open};
  const char* layers = std::getenv("WEFT_STORE_LAYERS");
  const std::string path = layers != nullptr ? described(place.path, layers) : place.path;
  error_.size = sizeof error_;
  Memory memory;
  Builder b(memory.arena());
  b.begin_object();
  b.set("path"_k, std::string_view(path));
  if (!place.vfs.empty()) b.set("vfs"_k, std::string_view(place.vfs));
  b.end_object();
  status_ = component_->create(&host_, b.take(), &self_, &error_);
  if (status_ != WEFT_OK) return;
  table_ = static_cast<const weft_store*>(component_->iface(self_, to_str(WEFT_STORE_ID)));
  if (table_ == nullptr) throw std::runtime_error("the plugin has no table " WEFT_STORE_ID);
}

StoreHost::~StoreHost() { end(); }

// What it is made of outlives it.
void StoreHost::end() {
  if (status_ == WEFT_OK) component_->destroy(self_);
  status_ = WEFT_CANCELLED;
  table_ = nullptr;
  for (; !parts_.empty(); parts_.pop_back()) parts_.back().component->destroy(parts_.back().self);
}

weft_status StoreHost::open(void* h, weft_str url, const weft_store** table, void** self,
                            weft_error* error) noexcept {
  auto& host = *static_cast<StoreHost*>(h);
  const std::string_view said = to_view(url);
  const size_t colon = said.find(':');
  const weft_component* component = neighbour(std::string(said.substr(0, colon)));
  if (component == nullptr) return say(error, "there is no such scheme"), WEFT_NOT_FOUND;
  Memory memory;
  Builder b(memory.arena());
  b.begin_object();
  b.set("path"_k, said.substr(colon + 1));
  b.end_object();
  const weft_status status = component->create(&host.host_, b.take(), self, error);
  if (status != WEFT_OK) return status;
  host.parts_.push_back({component, *self});
  *table = static_cast<const weft_store*>(component->iface(*self, to_str(WEFT_STORE_ID)));
  if (watch != nullptr) *table = watch(said, *table, *self);
  return WEFT_OK;
}

weft_status StoreHost::emit(void* h, weft_op, weft_val part) noexcept {
  auto& self = *static_cast<StoreHost*>(h);
  if (self.room == 0) return WEFT_BUSY;
  --self.room;
  const Value v(part);
  if (v.is_object()) {
    self.listening_->snapshots.emplace_back(v["seq"_k].as_u64(), v["snapshot"_k].as_bytes());
    self.listening_->snapshot = self.listening_->snapshots.back();
  } else {
    self.listening_->records.emplace_back(v.as_bytes());
  }
  return WEFT_OK;
}

template <class F>
Reply StoreHost::ask(F&& call) {
  Reply reply;
  reply.kept = std::make_shared<Invocation>();
  listening_ = &reply;
  reply.status = call(reply.kept->call(), reply.kept->out());
  listening_ = nullptr;
  reply.message = reply.kept->message();
  reply.value = reply.kept->value();
  reply.code = Value(reply.kept->out()->err->detail)["code"_k].as_text();
  return reply;
}

weft_status StoreHost::own(uint32_t verb, weft_owner& who) {
  Invocation invocation;
  return table_->own(self_, invocation.call(), verb, &who);
}

Reply StoreHost::commit(const Batch& batch) {
  const std::vector<const weft_sop*> ops = batch.view();
  const auto n = static_cast<uint32_t>(ops.size());
  return ask([&](const weft_call* call, weft_out* out) {
    return table_->commit(self_, call, &owner, ops.data(), n, out);
  });
}

Reply StoreHost::load(std::string_view run, uint64_t from_seq) {
  return ask([&](const weft_call* call, weft_out* out) {
    return table_->load(self_, call, to_str(run), from_seq, out);
  });
}

Reply StoreHost::claim(std::string_view run, int64_t now_ns, uint32_t max) {
  return ask([&](const weft_call* call, weft_out* out) {
    return table_->claim(self_, call, &owner, to_str(run), now_ns, max, out);
  });
}

Reply StoreHost::get(std::string_view key) {
  return ask([&](const weft_call* call, weft_out* out) {
    return table_->get(self_, call, to_str(key), out);
  });
}

Reply StoreHost::scan(std::string_view prefix, std::string_view after, uint32_t max) {
  return ask([&](const weft_call* call, weft_out* out) {
    return table_->scan(self_, call, to_str(prefix), to_str(after), max, out);
  });
}

Reply StoreHost::tend() {
  return ask([&](const weft_call* call, weft_out* out) { return table_->tend(self_, call, out); });
}

Reply StoreHost::tell(std::string_view run, const std::vector<weft_event>& events) {
  std::vector<const weft_event*> all;
  for (const weft_event& e : events) all.push_back(&e);
  const auto n = static_cast<uint32_t>(all.size());
  return ask([&](const weft_call* call, weft_out* out) {
    return table_->tell(self_, call, to_str(run), all.data(), n, out);
  });
}

weft_status StoreHost::stop() {
  weft_status status = WEFT_OK;
  if (component_->stop != nullptr) {
    Invocation invocation;
    status = component_->stop(self_, invocation.call(), invocation.out());
  }
  end();
  return status;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "weft-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace weft::test
