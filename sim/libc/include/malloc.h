/* Memory allocation: everything is in <stdlib.h>. */
#include <stdlib.h>
