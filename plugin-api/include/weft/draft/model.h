/* weft/draft/model.h - a model provider: the shape of a tool under an id of its own.
 *
 * Arguments are {operation: chat | embed, model, messages[], tools[]?, options?}; parts of an
 * answer are emitted as {delta} or {tool_call}; the result is {message, usage{input, output,
 * cost?}}. An answer is at_most_once and recorded, so no retry, fork or resume pays twice for it.
 */
#ifndef WEFT_DRAFT_MODEL_H
#define WEFT_DRAFT_MODEL_H
#include <weft/tool.h>
WEFT_BEGIN
#define WEFT_MODEL_ID "weft.model/1"
typedef weft_tool weft_model;
WEFT_END
#endif
