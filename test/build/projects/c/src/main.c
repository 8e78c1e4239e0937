#include <stdio.h>
#include "v.h"
int main(void){ printf("hello %s\n", VERSION); return 0; }
