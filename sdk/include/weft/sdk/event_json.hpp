// JSON text of an event, as sinks write it: the envelope without an id.
//
//   {"sequence":3,"type":"workflow.step.succeeded","time":"2026-03-01T12:00:00.25Z",
//    "source":"weft","run":"r1","workflow":"nightly","step":"fetch","attempt":1,"data":{"n":1}}
#pragma once

#include <string>
#include <string_view>

#include <weft/draft/sink.h>
#include <weft/sdk/json.hpp>

namespace weft::sdk {

// On one line, without its end. step and attempt are left out where an event has none.
inline void append_event_json(std::string& out, const weft_event& event) {
  append_json_number(out += "{\"sequence\":", event.seq);
  append_json_text(out += ",\"type\":", to_view(event.type));
  append_json_time(out += ",\"time\":\"", event.time_ns);
  append_json_text(out += "\",\"source\":\"weft\",\"run\":", to_view(event.run));
  append_json_text(out += ",\"workflow\":", to_view(event.workflow));
  if (event.step.n != 0) append_json_text(out += ",\"step\":", to_view(event.step));
  if (event.attempt != 0) append_json_number(out += ",\"attempt\":", event.attempt);
  append_json(out += ",\"data\":", Value(event.data));
  out += '}';
}

// What a sink writes where events were lost before it.
inline void append_dropped_json(std::string& out, uint64_t count) {
  append_json_number(out += "{\"type\":\"events.dropped\",\"count\":", count);
  out += '}';
}

}  // namespace weft::sdk
