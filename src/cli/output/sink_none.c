/* --output-format=none: bodies are received, inspected and dropped. */
#include "output/sink_type.h"

const struct sink_type sink_none = {.body = SEINE_SINK_NULL};
