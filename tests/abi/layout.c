/* Prints the layout of every struct of the plugin ABI: name and size, then offset, size and name of
 * each field. Fails when a struct has a hole: padding, or a field that is not listed here. */
#include <stdio.h>
#include <weft/draft/format.h>
#include <weft/draft/hook.h>
#include <weft/draft/model.h>
#include <weft/draft/pattern.h>
#include <weft/draft/service.h>
#include <weft/draft/sink.h>
#include <weft/draft/stage.h>
#include <weft/draft/store.h>
#include <weft/weft.h>

typedef struct layout {
  const char* name;
  size_t size, end;
  int holes;
} layout;

static layout begin(const char* name, size_t size) {
  layout s = {name, size, 0, 0};
  printf("%s %zu\n", name, size);
  return s;
}

static void field(layout* s, const char* name, size_t offset, size_t size) {
  printf("  %zu %zu %s\n", offset, size, name);
  if (offset != s->end) {
    fprintf(stderr, "%s.%s: %zu bytes before it belong to no field\n", s->name, name,
            offset - s->end);
    s->holes = 1;
  }
  s->end = offset + size;
}

/* Constants of an enum, which the check of the headers does not see. */
#define NUMBER(name) printf("%s %u\n", #name, (unsigned)(name))

static int end(const layout* s) {
  if (s->end == s->size) return s->holes;
  fprintf(stderr, "%s: the last %zu bytes belong to no field\n", s->name, s->size - s->end);
  return 1;
}

#define STRUCT(T) s = begin(#T, sizeof(T))
#define F(T, name) field(&s, #name, offsetof(T, name), sizeof(((T*)0)->name))
#define END bad |= end(&s)

static int print_primitives(void) {
  layout s;
  int bad = 0;
  STRUCT(weft_str);
  F(weft_str, p);
  F(weft_str, n);
  END;
  STRUCT(weft_slot);
  F(weft_slot, tag);
  F(weft_slot, flags);
  F(weft_slot, hint);
  F(weft_slot, len);
  F(weft_slot, v);
  END;
  STRUCT(weft_val);
  F(weft_val, root);
  F(weft_val, bytes);
  END;
  STRUCT(weft_doc);
  F(weft_doc, val);
  F(weft_doc, owner);
  F(weft_doc, release);
  END;
  STRUCT(weft_arena);
  F(weft_arena, cur);
  F(weft_arena, end);
  F(weft_arena, impl);
  END;
  return bad;
}

static int print_core(void) {
  layout s;
  int bad = 0;
  STRUCT(weft_error);
  F(weft_error, size);
  F(weft_error, status);
  F(weft_error, flags);
  F(weft_error, retry_after_ms);
  F(weft_error, msg_len);
  F(weft_error, msg);
  F(weft_error, detail);
  END;
  STRUCT(weft_call);
  F(weft_call, size);
  F(weft_call, attempt);
  F(weft_call, op);
  F(weft_call, args);
  F(weft_call, arena);
  F(weft_call, cancel);
  F(weft_call, deadline_ns);
  F(weft_call, idem_key);
  F(weft_call, trace);
  END;
  STRUCT(weft_out);
  F(weft_out, size);
  F(weft_out, flags);
  F(weft_out, val);
  F(weft_out, err);
  END;
  STRUCT(weft_host);
  F(weft_host, size);
  F(weft_host, minor);
  F(weft_host, h);
  F(weft_host, name);
  F(weft_host, version);
  F(weft_host, log_mask);
  F(weft_host, log);
  F(weft_host, complete);
  F(weft_host, complete_doc);
  F(weft_host, emit);
  F(weft_host, arena_grow);
  F(weft_host, service);
  F(weft_host, post);
  END;
  STRUCT(weft_manifest);
  F(weft_manifest, magic);
  F(weft_manifest, bytes);
  F(weft_manifest, check);
  END;
  STRUCT(weft_component);
  F(weft_component, size);
  F(weft_component, flags);
  F(weft_component, id);
  F(weft_component, kind);
  F(weft_component, create);
  F(weft_component, stop);
  F(weft_component, destroy);
  F(weft_component, iface);
  END;
  STRUCT(weft_plugin);
  F(weft_plugin, magic);
  F(weft_plugin, size);
  F(weft_plugin, minor);
  F(weft_plugin, min_host_minor);
  F(weft_plugin, flags);
  F(weft_plugin, manifest);
  F(weft_plugin, init);
  F(weft_plugin, fini);
  F(weft_plugin, component);
  END;
  STRUCT(weft_tool);
  F(weft_tool, size);
  F(weft_tool, flags);
  F(weft_tool, start);
  F(weft_tool, cancel);
  END;
  return bad;
}

static int print_blocks(void) {
  layout s;
  int bad = 0;
  STRUCT(weft_place);
  F(weft_place, size);
  F(weft_place, line);
  F(weft_place, column);
  F(weft_place, length);
  END;
  STRUCT(weft_format);
  F(weft_format, size);
  F(weft_format, flags);
  F(weft_format, parse);
  F(weft_format, locate);
  END;
  STRUCT(weft_hook);
  F(weft_hook, size);
  F(weft_hook, flags);
  F(weft_hook, points);
  F(weft_hook, on);
  END;
  STRUCT(weft_fact);
  F(weft_fact, kind);
  F(weft_fact, flags);
  F(weft_fact, node);
  F(weft_fact, a);
  F(weft_fact, b);
  END;
  STRUCT(weft_cmd);
  F(weft_cmd, size);
  F(weft_cmd, kind);
  F(weft_cmd, node);
  F(weft_cmd, args);
  F(weft_cmd, opts);
  F(weft_cmd, at_ns);
  END;
  STRUCT(weft_cmds);
  F(weft_cmds, size);
  F(weft_cmds, flags);
  F(weft_cmds, impl);
  F(weft_cmds, add);
  END;
  STRUCT(weft_frame);
  F(weft_frame, size);
  F(weft_frame, flags);
  F(weft_frame, id);
  F(weft_frame, plan);
  F(weft_frame, input);
  F(weft_frame, memo);
  F(weft_frame, now_ns);
  F(weft_frame, seed);
  F(weft_frame, nodes);
  F(weft_frame, arena);
  F(weft_frame, impl);
  F(weft_frame, status);
  F(weft_frame, visit);
  F(weft_frame, result);
  F(weft_frame, outcome);
  END;
  STRUCT(weft_pattern);
  F(weft_pattern, size);
  F(weft_pattern, flags);
  F(weft_pattern, compile);
  F(weft_pattern, open);
  F(weft_pattern, step);
  F(weft_pattern, close);
  END;
  STRUCT(weft_files);
  F(weft_files, size);
  F(weft_files, flags);
  F(weft_files, h);
  F(weft_files, open);
  END;
  STRUCT(weft_stores);
  F(weft_stores, size);
  F(weft_stores, flags);
  F(weft_stores, h);
  F(weft_stores, open);
  END;
  return bad;
}

static int print_streams(void) {
  layout s;
  int bad = 0;
  STRUCT(weft_event);
  F(weft_event, size);
  F(weft_event, kind);
  F(weft_event, seq);
  F(weft_event, time_ns);
  F(weft_event, type);
  F(weft_event, run);
  F(weft_event, workflow);
  F(weft_event, step);
  F(weft_event, attempt);
  F(weft_event, frame);
  F(weft_event, data);
  END;
  STRUCT(weft_sink);
  F(weft_sink, size);
  F(weft_sink, flags);
  F(weft_sink, kinds);
  F(weft_sink, consume);
  F(weft_sink, flush);
  END;
  STRUCT(weft_batch);
  F(weft_batch, size);
  F(weft_batch, n);
  F(weft_batch, bytes);
  F(weft_batch, position);
  F(weft_batch, items);
  F(weft_batch, owner);
  END;
  STRUCT(weft_stage);
  F(weft_stage, size);
  F(weft_stage, flags);
  F(weft_stage, open);
  F(weft_stage, pull);
  F(weft_stage, process);
  F(weft_stage, write);
  F(weft_stage, mark);
  F(weft_stage, close);
  END;
  STRUCT(weft_sop);
  F(weft_sop, size);
  F(weft_sop, kind);
  F(weft_sop, key);
  F(weft_sop, seq);
  F(weft_sop, last);
  F(weft_sop, expect);
  F(weft_sop, bytes);
  F(weft_sop, val);
  F(weft_sop, at_ns);
  END;
  STRUCT(weft_owner);
  F(weft_owner, size);
  F(weft_owner, flags);
  F(weft_owner, epoch);
  F(weft_owner, expires_ns);
  END;
  STRUCT(weft_store);
  F(weft_store, size);
  F(weft_store, flags);
  F(weft_store, commit);
  F(weft_store, load);
  F(weft_store, own);
  F(weft_store, claim);
  F(weft_store, get);
  F(weft_store, scan);
  F(weft_store, tend);
  F(weft_store, tell);
  END;
  return bad;
}

static void print_hooks(void) {
  NUMBER(WEFT_AT_BEFORE_TOOL_DISCOVERY);
  NUMBER(WEFT_AT_AFTER_TOOL_DISCOVERY);
  NUMBER(WEFT_AT_BEFORE_TOOL_EXECUTION);
  NUMBER(WEFT_AT_AFTER_TOOL_EXECUTION);
  NUMBER(WEFT_AT_TOOL_VALIDATION);
  NUMBER(WEFT_AT_TOOL_ERROR);
  NUMBER(WEFT_AT_BEFORE_WORKFLOW_START);
  NUMBER(WEFT_AT_STAGE_TRANSITION);
  NUMBER(WEFT_AT_BEFORE_STAGE);
  NUMBER(WEFT_AT_AFTER_STAGE);
  NUMBER(WEFT_AT_CHECKPOINT);
  NUMBER(WEFT_AT_ROLLBACK);
  NUMBER(WEFT_AT_AFTER_WORKFLOW_COMPLETE);
  NUMBER(WEFT_AT_WORKFLOW_ERROR);
  NUMBER(WEFT_AT_BEFORE_STATE_WRITE);
  NUMBER(WEFT_AT_AFTER_STATE_WRITE);
  NUMBER(WEFT_AT_STATE_CONFLICT);
  NUMBER(WEFT_AT_STATE_MIGRATION);
  NUMBER(WEFT_AT_SYSTEM_STARTUP);
  NUMBER(WEFT_AT_SYSTEM_SHUTDOWN);
  NUMBER(WEFT_AT_RESOURCE_LIMIT);
  NUMBER(WEFT_AT_SECURITY_VIOLATION);
  NUMBER(WEFT_AT_BEFORE_EVENT_EMIT);
  NUMBER(WEFT_AT_AFTER_EVENT_EMIT);
  NUMBER(WEFT_AT_EVENT_HANDLER_ERROR);
  NUMBER(WEFT_AT_ANY_CUSTOM);
  NUMBER(WEFT_VERDICT_CONTINUE);
  NUMBER(WEFT_VERDICT_MODIFIED);
  NUMBER(WEFT_VERDICT_CANCEL);
  NUMBER(WEFT_VERDICT_REDIRECT);
  NUMBER(WEFT_VERDICT_REPLACE);
  NUMBER(WEFT_VERDICT_RETRY);
  NUMBER(WEFT_VERDICT_FORK);
  NUMBER(WEFT_VERDICT_CACHE);
  NUMBER(WEFT_VERDICT_SKIPPED);
}

int main(void) {
  int bad = 0;
  bad |= print_primitives();
  bad |= print_core();
  bad |= print_blocks();
  bad |= print_streams();
  print_hooks();
  return bad;
}
