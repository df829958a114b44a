/* Responses that break the protocol. */
#ifndef FAULTSERVER_MALFORMED_H
#define FAULTSERVER_MALFORMED_H

#include "response.h"

/* Makes the response called `name` with a body that the caller gave up ownership of; -1 if none is called so. */
int malformed_response(const char *name, struct response *response, const char *type, uint8_t *body, size_t size);

/* One line for each: its name and what it does. */
void malformed_help(struct text *text);

#endif
