/* embed_c PLUGINS: a host in C runs a workflow, waits for it and is told what is wrong with
 * another. */
#include <stdio.h>
#include <string.h>
#include <weft/kernel.h>

static int failures = 0;

static void check(int truth, const char* sentence) {
  if (truth) return;
  printf("failed: %s\n", sentence);
  ++failures;
}

static weft_str text(const char* p) {
  weft_str s = {p, strlen(p)};
  return s;
}

int main(int argc, char** argv) {
  const char* folders[1];
  weft_kernel_options options = {sizeof options, 0, 0, 1, 0, 0, 0};
  weft_kernel* kernel = 0;
  weft_workflow* workflow = 0;
  weft_outcome outcome = {sizeof outcome, 0, 0, 0};
  weft_error error = {sizeof error, 0, 0, 0, 0, {0}, {0, 0}};
  char *run = 0, *problems = 0, *list = 0;
  if (argc != 2) return 2;
  folders[0] = argv[1];
  options.plugins = folders;

  check(weft_kernel_create(&options, &kernel, &error) == WEFT_OK, "a kernel can be made");
  if (kernel == 0) return 1;
  check(weft_kernel_load(kernel,
                         text("{\"id\": \"c\", \"steps\": [{\"id\": \"a\", \"tool\": \"echo\", "
                              "\"parameters\": {\"input\": \"hi {{ name }}\"}}]}"),
                         "c.json", &workflow, 0, &error) == WEFT_OK,
        "a definition can be loaded");
  check(weft_kernel_start(kernel, workflow, text("{\"name\": \"C\"}"), &run, &error) == WEFT_OK,
        "a run is accepted");
  check(weft_kernel_wait(kernel, run, INT64_MAX, &outcome, &error) == WEFT_OK, "a run ends");
  check(outcome.state == WEFT_RUN_COMPLETED, "the run completes");
  check(outcome.result != 0 && strcmp(outcome.result, "\"hi C\"") == 0, "its result is JSON");
  check(weft_kernel_wait(kernel, run, 0, &outcome, &error) == WEFT_NOT_FOUND,
        "a run that was waited for is not held any more");
  check(error.msg_len > 0, "an error says why");
  check(weft_kernel_list(kernel, 10, &list, &error) == WEFT_OK && strstr(list, run) != 0,
        "the run is listed");
  check(weft_kernel_turn(kernel) == 0, "an idle kernel has nothing to do");
  weft_workflow_free(workflow);

  workflow = 0;
  check(weft_kernel_load(kernel,
                         text("{\"id\": \"c\", \"steps\": [{\"id\": \"a\", \"tool\": \"ecko\"}]}"),
                         "c.json", &workflow, &problems, &error) == WEFT_BAD_INPUT,
        "a wrong definition is refused");
  check(problems != 0 && strstr(problems, "c.json:1:") != 0 && strstr(problems, "echo") != 0,
        "its problems have places and remedies");

  weft_text_free(run);
  weft_text_free(problems);
  weft_text_free(list);
  weft_text_free(outcome.run);
  weft_text_free(outcome.result);
  weft_kernel_destroy(kernel);
  printf("%d failed\n", failures);
  return failures != 0;
}
