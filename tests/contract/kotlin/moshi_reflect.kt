// The signature of Moshi's reflection that the generated client calls; see okhttp.kt.
package com.squareup.moshi.kotlin.reflect

import com.squareup.moshi.JsonAdapter

class KotlinJsonAdapterFactory : JsonAdapter.Factory
