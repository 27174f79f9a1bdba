/* Memory of the calling function's frame: the compiler says that it does not support this. */
#ifndef _ALLOCA_H
#define _ALLOCA_H

#define alloca(size) __builtin_alloca(size)

#endif
