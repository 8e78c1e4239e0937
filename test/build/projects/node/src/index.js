const http=require("http"); if(process.argv[2]==="--check"){console.log("ok",process.version.split(".")[0]);process.exit(0)} http.createServer((q,s)=>s.end("hi")).listen(8080)
